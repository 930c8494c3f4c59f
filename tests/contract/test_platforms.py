"""Two ways for a contact centre to work elsewhere, one contract: our JSON API, and Chatwoot. Over
real HTTP. Then what only one of them has."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.desk_transfer import pass_to_team
from bot.desk_work import claim_case, close_case
from bot.handoff import HandoffStatus
from bot.message import Medium
from bot.staff import SAFEGUARDING, USUAL_CAPACITY
from bot.take_in import take_in
from bot.turn import handle_turn
from bot.understanding import Answer, Said, Understanding
from channels.auth.accounts import new_api_token
from channels.chatwoot import make_chatwoot_router
from channels.chatwoot.bridge import Bridge, chatwoot_of
from channels.chatwoot.inbound import SKEW
from channels.chatwoot.rows import Rows
from channels.desk_api import make_desk_api_router
from channels.photos import Photo, PhotoStore
from channels.privacy.erase import erase, places_of
from channels.privacy.retention import clear_up
from channels.privacy.schedule import load_schedule
from channels.settings import ROOT, BadSetting, load_settings
from tests.contract.foreign_chatwoot import (
    ACCOUNT,
    ADMIN_TOKEN,
    INBOX,
    SECRET,
    TOKEN,
    ForeignChatwoot,
)
from tests.staff_kit import staff_site
from tests.web_kit import make_parts, serve

_keys = itertools.count()


@pytest.fixture
def chatwoot():
    foreign = ForeignChatwoot()
    with serve(foreign.app) as served:
        foreign.url = served.url
        yield foreign


@pytest.fixture
def site(tmp_path, chatwoot):
    parts = make_parts(
        tmp_path,
        FAIRWAY_CHATWOOT_URL=chatwoot.url,
        FAIRWAY_CHATWOOT_ACCOUNT=ACCOUNT,
        FAIRWAY_CHATWOOT_INBOX=INBOX,
        FAIRWAY_CHATWOOT_TOKEN=TOKEN,
        FAIRWAY_CHATWOOT_SECRET=SECRET,
        FAIRWAY_CHATWOOT_USER="centre",
        FAIRWAY_CHATWOOT_ADMIN_TOKEN=ADMIN_TOKEN,
    )
    with staff_site(parts, make_desk_api_router, make_chatwoot_router) as served:
        chatwoot.hook = f"{served.url}/chatwoot/webhook"
        served.hire("centre", name="Contact Centre", teams=["highways", "contact_centre"])
        yield served
    parts.engine.dispose()


class ByApi:
    """A platform that uses our API."""

    def __init__(self, site, chatwoot) -> None:
        headers = {"Authorization": f"Bearer {new_api_token(site.store, 'centre', 'test')}"}
        self.http = httpx.Client(
            base_url=f"{site.url}/api/desk", headers=headers, trust_env=False, timeout=60
        )
        site.clients.append(self.http)  # closed with the site

    def transcript(self, case) -> list[str]:
        held = self.http.get(f"/cases/{case.id}").json()["messages"]
        kinds = {"citizen": "incoming"}
        return [f"{kinds.get(one['from'], 'outgoing')}: {one['text']}" for one in held]

    def says(self, case, text) -> None:
        self._act(case, "claim")
        key = f"k{next(_keys)}"
        for _ in range(2):  # a platform that sends twice what it is not sure of
            self._act(case, "messages", {"text": text}, key)

    def notes(self, case, text) -> None:
        self._act(case, "notes", {"text": text})

    def resolves(self, case) -> None:
        self._act(case, "claim")
        self._act(case, "close", {"outcome": "resolved"})

    def gives_back(self, case) -> None:
        self._act(case, "claim")
        self._act(case, "return", {})

    def _act(self, case, what, body=None, key=None) -> None:
        headers = {"Idempotency-Key": key or f"k{next(_keys)}"}
        answer = self.http.post(f"/cases/{case.id}/{what}", json=body, headers=headers)
        assert answer.is_success, answer.text


class ByChatwoot:
    """Chatwoot, with our bridge."""

    def __init__(self, site, chatwoot) -> None:
        self.site, self.foreign = site, chatwoot
        self.rows = Rows(site.parts.engine)
        photos = PhotoStore(site.parts.engine)
        self.bridge = Bridge(site.desk, self.rows, chatwoot_of(site.parts), "centre", photos)

    def number(self, case) -> int:
        self.bridge.run_once()
        row = self.rows.of(case.id)
        assert row is not None, "Chatwoot was not told"
        return row.chatwoot_id

    def transcript(self, case) -> list[str]:
        return self.foreign.said(self.number(case))

    def says(self, case, text) -> None:
        self.foreign.agent_says(self.number(case), text)

    def notes(self, case, text) -> None:
        self.foreign.agent_says(self.number(case), text, private=True)

    def resolves(self, case) -> None:
        self.foreign.agent_sets(self.number(case), "resolved")

    def gives_back(self, case) -> None:
        self.foreign.agent_sets(self.number(case), "pending")


@pytest.fixture(params=[ByApi, ByChatwoot])
def platform(request, site, chatwoot):
    return request.param(site, chatwoot)


@pytest.fixture
def bridged(site, chatwoot):
    return ByChatwoot(site, chatwoot)


def says(site, case, text):
    turn = site.parts.turn
    handle_turn(turn, take_in(turn, case.conversation_id, text).message)


def state(site, case):
    with site.store.begin() as work:
        return work.handoffs.get(case.id)


def test_what_was_said_before_is_there_in_order(site, platform):
    case = site.waiting("my road has a hole", "can i speak to a person please")
    told = platform.transcript(case)
    incoming = [line for line in told if line.startswith("incoming")]
    assert incoming == ["incoming: my road has a hole", "incoming: can i speak to a person please"]
    assert told.index("outgoing: You said: my road has a hole") == told.index(incoming[0]) + 1


@pytest.mark.parametrize("medium", [Medium.WEB, Medium.SMS])
def test_both_sides_hear_everything_once_and_in_order(site, platform, medium):
    address = "447700900123" if medium is Medium.SMS else None
    case = site.waiting(medium=medium, address=address)
    platform.says(case, "Good morning")
    says(site, case, "hello, one")
    says(site, case, "and two")
    platform.says(case, "I see both")
    ours = [t for t in site.texts(case.conversation_id) if not t.startswith("system")][-4:]
    assert ours == ["agent: Good morning", "citizen: hello, one", "citizen: and two",
                    "agent: I see both"]  # fmt: skip
    wanted = ["outgoing: Good morning", "incoming: hello, one", "incoming: and two",
              "outgoing: I see both"]  # fmt: skip
    assert [line for line in platform.transcript(case) if line in wanted] == wanted
    held = state(site, case)
    assert (held.status, held.claimed_by) == (HandoffStatus.CLAIMED, "centre")


def test_a_note_is_for_colleagues_alone(site, platform):
    case = site.waiting()
    platform.notes(case, "speaks slowly")
    with site.store.begin() as work:
        (note,) = work.notes.of(case.conversation_id)
    assert (note.text, note.author) == ("speaks slowly", "centre")
    assert not any("slowly" in text for text in site.texts(case.conversation_id))


def test_closing_and_giving_back(site, platform):
    first, second = site.waiting(), site.waiting()
    platform.resolves(first)
    platform.gives_back(second)
    closed, returned = state(site, first), state(site, second)
    assert (closed.status, closed.outcome_code) == (HandoffStatus.CLOSED, "resolved")
    assert returned.status is HandoffStatus.RETURNED
    says(site, second, "what now")
    assert site.texts(second.conversation_id)[-1] == "assistant: You said: what now"


def test_hostile_words_arrive_as_they_are(site, platform):
    case = site.waiting("<script>alert(1)</script> {{7*7}}", "can i speak to a person please")
    assert "incoming: <script>alert(1)</script> {{7*7}}" in platform.transcript(case)
    platform.says(case, "<b>no</b> 𝕏 “é”")
    assert "agent: <b>no</b> 𝕏 “é”" in site.texts(case.conversation_id)


def test_an_agent_reads_first_why_and_what_is_known(site, bridged, chatwoot):
    site.parts.turn.assistant.script["bin"] = Answer(
        (Said("Which street?", "en"),), Understanding(),
        ({"type": "told", "summary": {"service": "bulky_waste", "street": "Hazel Way"}},),
    )  # fmt: skip
    case = site.waiting("take my bin", "can i speak to a person please", language="cy")
    number = bridged.number(case)
    (note,) = chatwoot.said(number, private=True)
    for told in ("Asked for a person", "Street: Hazel Way", "Language: cy", "Web chat", case.id):
        assert told in note
    assert chatwoot.statuses[number] == "open"


def test_nothing_is_lost_or_told_twice_while_chatwoot_is_away(site, bridged, chatwoot):
    case = site.waiting()
    bridged.number(case)
    chatwoot.away = True
    says(site, case, "are you there")
    bridged.bridge.run_once()
    chatwoot.away = False
    says(site, case, "still here")
    told = bridged.transcript(case)
    assert [t for t in told if "there" in t or "still" in t] == [
        "incoming: are you there", "incoming: still here",
    ]  # fmt: skip
    assert bridged.transcript(case) == told


def test_what_ends_at_our_desk_ends_there(site, bridged, chatwoot):
    mine, gone = site.waiting(), site.waiting()
    numbers = bridged.number(mine), bridged.number(gone)
    asha = site.hire("asha")
    claim_case(site.desk, asha, mine.id)
    close_case(site.desk, asha, mine.id, "resolved")
    says(site, gone, "/something_else")
    bridged.bridge.run_once()
    assert [chatwoot.statuses[number] for number in numbers] == ["resolved", "resolved"]
    # An agent who writes there all the same is told that nobody reads it.
    chatwoot.agent_says(numbers[0], "hello?")
    assert any("Not sent to the citizen" in t for t in chatwoot.said(numbers[0], private=True))
    assert not any("hello?" in text for text in site.texts(mine.conversation_id))


def test_one_account_for_all_agents_has_no_limit(site, bridged, chatwoot):
    cases = [site.waiting() for _ in range(USUAL_CAPACITY + 2)]
    for case in cases[:-1]:
        bridged.says(case, "Good morning")
    assert [state(site, case).claimed_by for case in cases[:-1]] == ["centre"] * len(cases[:-1])
    bridged.resolves(cases[-1])
    assert state(site, cases[-1]).status is HandoffStatus.CLOSED


@pytest.mark.parametrize(
    ("status", "says_so"), [("resolved", "Not closed"), ("pending", "Not given back")]
)
def test_what_cannot_be_done_there_is_said_there(site, bridged, chatwoot, status, says_so):
    case = site.waiting()
    number = bridged.number(case)
    claim_case(site.desk, site.hire("asha"), case.id)
    chatwoot.agent_sets(number, status)
    assert state(site, case).claimed_by == "asha"
    assert chatwoot.statuses[number] == "open"
    (note,) = [t for t in chatwoot.said(number, private=True) if says_so in t]
    assert "still open in Fairway" in note


def test_safeguarding_stays_with_those_who_may_see_it(site, bridged, chatwoot):
    case = site.waiting("i want to kill myself")
    bridged.bridge.run_once()
    assert bridged.rows.of(case.id) is None and chatwoot.owners == {}
    with site.store.begin() as work:
        held = work.staff.named("centre")
        work.staff.save(replace(held, skills=frozenset({SAFEGUARDING})))
        work.commit()
    assert "incoming: i want to kill myself" in bridged.transcript(case)


def test_s9_nor_does_a_case_go_there_that_was_passed_away_from_safeguarding(site, bridged):
    case, lena = site.waiting("i want to kill myself"), site.hire("lena", ["team_lead"])
    teams = (SAFEGUARDING, "contact_centre")
    pass_to_team(site.desk, lena, case.id, "contact_centre", "safe now", teams)
    bridged.bridge.run_once()
    assert bridged.rows.of(case.id) is None


def test_files_are_not_passed_on_and_the_agent_is_told(site, bridged, chatwoot):
    case = site.waiting()
    number = bridged.number(case)
    chatwoot.agent_says(number, "see this", attachments=[{"id": 1}])
    assert any("files are not passed on" in t for t in chatwoot.said(number, private=True))
    chatwoot.agent_says(number, "", attachments=[{"id": 1}])  # nothing but a file
    assert site.texts(case.conversation_id)[-1] == "agent: see this"


def test_a_photo_goes_along_with_its_message(site, bridged, chatwoot):
    case = site.waiting("look at this", "can i speak to a person please")
    with site.store.begin() as work:
        said = next(m for m in work.messages.of(case.conversation_id) if m.text == "look at this")
    now = site.parts.turn.clock.now()
    jpeg = b"\xff\xd8 a photo"
    PhotoStore(site.parts.engine).add(Photo("p1", case.conversation_id, said.id, jpeg, now))
    number = bridged.number(case)
    assert chatwoot.photos == {number: [("look at this", jpeg)]}
    told = bridged.transcript(case)
    assert told.count("incoming: look at this") == 1
    assert told[-1] != "incoming: look at this"  # in its place


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        (
            {"custom_attributes": {"fairway_outcome": "referred"}, "labels": ["vip"]},
            "referred",
        ),
        ({"labels": ["vip", "advice-given"]}, "advice_given"),
        ({"labels": ["vip"], "custom_attributes": {"fairway_outcome": "won"}}, "resolved"),
        ({"labels": None, "custom_attributes": None}, "resolved"),
        ({"labels": [{"title": "referred"}], "custom_attributes": [1]}, "resolved"),
    ],
)
def test_what_became_of_it_is_an_attribute_or_a_label(site, bridged, chatwoot, more, outcome):
    case = site.waiting()
    chatwoot.agent_sets(bridged.number(case), "resolved", **more)
    assert state(site, case).outcome_code == outcome


def test_what_is_erased_here_is_erased_there(site, bridged, chatwoot):
    gone, stays = site.waiting(), site.waiting()
    numbers = bridged.number(gone), bridged.number(stays)
    erase(places_of(site.parts.settings, site.parts.engine), [gone.conversation_id])
    chatwoot.away = True
    bridged.bridge.run_once()
    assert set(chatwoot.owners) == set(numbers)
    chatwoot.away = False
    site.parts.turn.clock.ahead += 3600
    bridged.bridge.run_once()
    assert set(chatwoot.owners) == {numbers[1]} and len(chatwoot.contacts) == 1
    bridged.bridge.run_once()
    assert len(chatwoot.contacts) == 1
    with site.store.begin() as work:
        assert work.outbox.waiting("chatwoot_erase") == 0


def test_what_somebody_erased_there_already_is_fine(site, bridged, chatwoot):
    case = site.waiting()
    number = bridged.number(case)
    chatwoot.owners.pop(number)
    erase(places_of(site.parts.settings, site.parts.engine), [case.conversation_id])
    bridged.bridge.run_once()
    assert chatwoot.contacts == set()


def test_without_an_administrators_token_it_is_said_and_tried_again(
    site, bridged, chatwoot, caplog
):
    case = site.waiting()
    bridged.number(case)
    erase(places_of(site.parts.settings, site.parts.engine), [case.conversation_id])
    powerless = replace(bridged.bridge, chatwoot=replace(bridged.bridge.chatwoot, admin_token=""))
    powerless.run_once()
    assert "FAIRWAY_CHATWOOT_ADMIN_TOKEN is not set" in caplog.text and chatwoot.contacts
    site.parts.turn.clock.ahead += 3600
    bridged.bridge.run_once()
    assert chatwoot.contacts == set()


def test_when_the_words_are_over_they_are_over_there_too(site, bridged, chatwoot):
    case = site.waiting()
    chatwoot.agent_sets(bridged.number(case), "resolved")
    bridged.bridge.run_once()
    places = places_of(site.parts.settings, site.parts.engine)
    schedule = load_schedule(ROOT / "bot" / "retention.yml")
    later = site.parts.turn.clock.now() + timedelta(days=schedule.words + 1)
    clear_up(places, site.parts.settings.home / "logs", schedule, later)
    bridged.bridge.run_once()
    assert chatwoot.contacts == set() and chatwoot.owners == {}
    assert state(site, case) is not None  # what the audit reads stays


def test_what_the_bot_and_the_citizen_say_there_is_not_told_back(site, bridged, chatwoot):
    case = site.waiting()
    number = bridged.number(case)
    before = site.texts(case.conversation_id)
    base = {"event": "message_created", "id": 1, "content": "echo", "conversation": {"id": number}}
    for more in (
        {"message_type": "outgoing", "sender": {"type": "agent_bot"}},
        {"message_type": "incoming", "sender": {"type": "contact"}},
        {"message_type": "outgoing"},
        {"message_type": "template", "sender": {"type": "user"}},
        {"message_type": "outgoing", "sender": {"type": "user"}, "conversation": {"id": 999}},
        {"message_type": "outgoing", "sender": {"type": "user"}, "conversation": None},
    ):
        assert chatwoot.send({**base, **more}).status_code == 200
    for odd in ([1], "x", {}, {"event": "conversation_status_changed", "id": {}}):
        assert chatwoot.send(odd).status_code == 200
    assert site.texts(case.conversation_id) == before


def test_only_what_chatwoot_signed_just_now_is_taken(site, bridged, chatwoot):
    case = site.waiting()
    told = {
        "event": "message_created", "id": 5, "content": "forged", "message_type": "outgoing",
        "sender": {"type": "user"}, "conversation": {"id": bridged.number(case)},
    }  # fmt: skip
    now = int(time.time())
    refused = [
        chatwoot.send(told, secret="guessed"),
        chatwoot.send(told, at=now - SKEW - 5),
        chatwoot.send(told, at=now + SKEW + 60),
        chatwoot.send(told, at="x"),
        chatwoot.send(told, **{"X-Chatwoot-Signature": ""}),
        httpx.post(chatwoot.hook, json=told, trust_env=False, timeout=60),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert not any("forged" in text for text in site.texts(case.conversation_id))


def test_without_a_secret_nothing_is_taken(tmp_path, chatwoot):
    parts = make_parts(tmp_path)
    with staff_site(parts, make_chatwoot_router) as served:
        chatwoot.hook = f"{served.url}/chatwoot/webhook"
        assert chatwoot.send({"event": "x"}, secret="").status_code == 403
    parts.engine.dispose()


def test_a_set_up_that_cannot_work_is_refused_at_start(tmp_path, site, bridged, caplog):
    told = {"FAIRWAY_HOME": str(tmp_path), "FAIRWAY_CHATWOOT_URL": "https://c.example"}
    with pytest.raises(BadSetting, match="FAIRWAY_CHATWOOT_INBOX"):
        load_settings(told)
    with pytest.raises(BadSetting, match="https"):
        load_settings({**told, "FAIRWAY_CHATWOOT_URL": "http://c.example"})
    replace(bridged.bridge, username="nobody").run_once()
    assert "FAIRWAY_CHATWOOT_USER=nobody is no active agent" in caplog.text
