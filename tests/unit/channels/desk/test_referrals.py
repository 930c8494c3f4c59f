"""Referrals to partners: with consent only, signed, until they arrive."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.desk_events import put_event
from bot.desk_refer import ConsentMissing, ReferralUnclear, refer_case
from bot.desk_view import see_case
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.errors import BadFile, HandoffNotYours
from bot.files.council import load_council
from channels.desk.hooks import DeskHook
from channels.desk.referrals import ReferralPost
from channels.mail import MailServer
from channels.settings import ROOT
from tests.desk_kit import Desk
from tests.turn_kit import START, Citizen

SECRET = "a secret of both"


class Partner(HTTPServer):
    """A partner's intake on a real port; ``status`` is what it answers with, ``refuses`` what it
    answers to calls with these words in them instead."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        self.refuses: tuple[bytes, int] | None = None
        super().__init__(("127.0.0.1", 0), _Intake)
        self.url = f"http://127.0.0.1:{self.server_port}/referrals"


class _Intake(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        what, status = self.server.refuses or (b"", self.server.status)
        self.send_response(status if what in body else self.server.status)
        self.end_headers()
        self.wfile.write(b"taken as HA-77")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def partner():
    server = Partner()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def case(desk):
    citizen = Citizen(desk.turn)
    citizen.says("person")
    claimed = claim_case(desk.parts, desk.hire("asha"), citizen.handoff.id)
    with desk.store.begin() as work:
        told = replace(claimed, contact={"phone": "07700 900123"})
        work.handoffs.save(told, was=claimed)
        work.commit()
    return told


def post(desk, **partners):
    return ReferralPost(desk.parts, partners, "Test Council", SECRET, MailServer("", ""))


def refer(desk, case, agreed=True, partner="Housing", text="Damp in the bedroom", to="x@y.example"):
    asha, places = _named(desk, "asha"), {"Housing": to}
    return refer_case(desk.parts, asha, case.id, partner, text, agreed=agreed, partners=places)


def _named(desk, username):
    with desk.store.begin() as work:
        return work.staff.named(username)


def test_nothing_leaves_without_consent_a_partner_and_a_text(desk, case, partner):
    with pytest.raises(ConsentMissing):
        refer(desk, case, agreed=False)
    for wrong in ({"partner": "Nobody"}, {"text": "  "}):
        with pytest.raises(ReferralUnclear):
            refer(desk, case, **wrong)
    with pytest.raises(HandoffNotYours):
        refer_case(desk.parts, desk.hire("bryn"), case.id, "Housing", "x", agreed=True,
                   partners={"Housing": "x"})  # fmt: skip
    post(desk, Housing=partner.url).run_once()
    assert partner.got == []


def test_a_referral_arrives_signed_and_its_receipt_is_kept(desk, case, partner):
    made = refer(desk, case)
    told = desk.texts(case.conversation_id)[-1]
    assert told == f"system: [referral_sent](body=Housing,reference={made.reference})"
    post(desk, Housing=partner.url).run_once()
    post(desk, Housing=partner.url).run_once()
    ((headers, body),) = partner.got
    sent = json.loads(body)
    assert sent["text"] == "Damp in the bedroom"
    assert sent["contact"] == {"phone": "07700 900123"}
    assert "person" not in sent["text"]
    at, seal = (part.split("=")[1] for part in headers["X-Fairway-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(seal, expected)
    assert headers["Idempotency-Key"] == made.reference
    notes = [n.text for n in see_case(desk.parts, _named(desk, "asha"), case.id).notes]
    assert notes[-1] == "Housing has it. Receipt: taken as HA-77"
    assert desk.log(case.id)[-2:] == ["asha case_referred", "(fairway) referral_arrived"]
    with desk.store.begin() as work:
        assert "Damp" not in repr(work.staff_log.about(case.id))


def test_a_partner_that_is_away_is_tried_for_a_day_and_then_somebody_must_call(desk, case, partner):
    refer(desk, case)
    partner.status = 503
    courier = post(desk, Housing=partner.url)
    courier.run_once()
    courier.run_once()
    assert len(partner.got) == 1  # not at once again
    desk.turn.clock.moment += timedelta(hours=2)
    partner.status = 200
    courier.run_once()
    assert len(partner.got) == 2
    assert desk.log(case.id)[-1] == "(fairway) referral_arrived"
    refer(desk, case)
    partner.status = 503
    desk.turn.clock.moment += timedelta(hours=25)
    courier.run_once()
    assert desk.log(case.id)[-1] == "(fairway) referral_not_delivered"
    notes = see_case(desk.parts, _named(desk, "asha"), case.id).notes
    assert "Call them" in notes[-1].text


def test_another_system_hears_what_happened_in_order_and_never_what_was_said(partner):
    desk = Desk()
    desk.parts = replace(desk.parts, tells_events=True)
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person about my secret")
    case, asha = citizen.handoff, desk.hire("asha")
    hook = DeskHook(desk.parts, partner.url, SECRET)
    hook.run_once()
    claim_case(desk.parts, asha, case.id)
    answer_citizen(desk.parts, asha, case.id, "another secret")
    partner.status = 500
    hook.run_once()
    close_case(desk.parts, asha, case.id, "resolved", note="a third secret")
    partner.status = 200
    desk.turn.clock.moment += timedelta(minutes=5)
    hook.run_once()
    hook.run_once()
    told = [json.loads(body) for _, body in partner.got]
    assert [one["event"] for one in told] == [
        "case_waiting",
        "case_claimed",  # refused, and sent again
        "case_claimed",
        "case_answered",
        "case_closed",
    ]
    assert told[1]["id"] == told[2]["id"] == partner.got[2][0]["Idempotency-Key"]
    assert {one["case"] for one in told} == {case.id}
    assert told[-1]["detail"] == {"outcome": "resolved"}
    assert "secret" not in repr(partner.got)


@pytest.fixture
def of_one_case(partner):
    """A hook with three events waiting: ``case_waiting``, ``case_claimed``, ``case_answered``."""
    desk = Desk()
    desk.parts = replace(desk.parts, tells_events=True)
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person")
    asha = desk.hire("asha")
    claim_case(desk.parts, asha, citizen.handoff.id)
    answer_citizen(desk.parts, asha, citizen.handoff.id, "hello")
    with desk.store.begin() as work:  # the hook was slow: it waited when it was claimed
        put_event(work.outbox, "w-1", "case_waiting", citizen.handoff, "", START, {})
        work.commit()
    return DeskHook(desk.parts, partner.url, SECRET)


def rounds(hook, count):
    for _ in range(count):
        hook.parts.turn.clock.moment += timedelta(hours=2)
        hook.run_once()


def events(partner):
    return [json.loads(body)["event"] for _, body in partner.got]


def test_an_event_that_is_refused_holds_no_others_up(of_one_case, partner):
    partner.refuses = (b"case_waiting", 400)
    rounds(of_one_case, 1)
    assert events(partner) == ["case_waiting", "case_claimed", "case_answered"]
    rounds(of_one_case, 40)
    assert events(partner)[3:] == ["case_waiting"] * 29, "given up by its own tries"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_was_not_tried_is_not_given_up(of_one_case, partner, status):
    partner.refuses = (b"case_waiting", status)
    rounds(of_one_case, 29)
    assert events(partner) == ["case_waiting"] * 29
    rounds(of_one_case, 2)
    assert events(partner)[29:] == ["case_waiting", "case_claimed", "case_answered"]


def test_without_a_mail_server_a_letter_is_no_receipt(desk, case):
    refer(desk, case)
    post(desk, Housing="intake@housing.example").run_once()
    assert desk.log(case.id)[-1] == "asha case_referred"


@pytest.mark.parametrize(
    ("to", "good"),
    [
        ("https://x.example/r", True),
        ("a@x.example", True),
        ("http://127.0.0.1.x.example/", False),
        ("x", False),
    ],
)
def test_personal_data_goes_out_encrypted_or_not_at_all(tmp_path, to, good):
    path = tmp_path / "council.yml"
    shipped = (ROOT / "bot" / "council.yml").read_text("utf-8")
    path.write_text(shipped.replace("partners: {}", f'partners: {{"H": "{to}"}}'), "utf-8")
    if good:
        assert load_council(path).partners == {"H": to}
    else:
        with pytest.raises(BadFile):
            load_council(path)
