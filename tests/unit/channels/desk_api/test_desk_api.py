"""A contact centre's own platform works at the desk over JSON."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from click.testing import CliRunner

from bot.message import Medium
from bot.staff import Role
from channels.auth.accounts import drop_api_token, new_api_token, reset_user, switch_user
from channels.commands.user import user as command
from channels.desk_api import make_desk_api_router
from channels.desk_api.routes import TRIES
from tests.staff_kit import staff_site
from tests.web_kit import NowClock, make_parts

_keys = itertools.count()


class Platform(httpx.Client):
    """A contact centre's platform with a token of its own."""

    def __init__(self, site, username, **account):
        self.staff = site.hire(username, **account)
        url = f"{site.url}/api/desk"
        super().__init__(base_url=url, trust_env=False, timeout=60)
        self.use(new_api_token(site.store, username, "test"))
        site.clients.append(self)

    def use(self, token):
        self.token = token
        self.headers["Authorization"] = f"Bearer {token}"

    def act(self, case, what, body=None, key=None):
        headers = {"Idempotency-Key": key or f"k{next(_keys)}"}
        return self.post(f"/cases/{case.id}/{what}", json=body, headers=headers)


@pytest.fixture
def clock():
    return NowClock()


@pytest.fixture
def site(tmp_path, clock):
    parts = make_parts(tmp_path, clock=clock)
    with staff_site(parts, make_desk_api_router) as served:
        yield served
    parts.engine.dispose()


@pytest.fixture
def asha(site):
    return Platform(site, "asha")


def test_the_whole_job(site, asha):
    case = site.waiting("my road has a hole", "can i speak to a person please", language="cy")
    (listed,) = asha.get("/cases?status=waiting").json()["cases"]
    assert (listed["id"], listed["status"], listed["language"]) == (case.id, "waiting", "cy")
    whole = asha.get(f"/cases/{case.id}").json()
    assert "my road has a hole" in [one["text"] for one in whole["messages"]]
    assert asha.act(case, "claim").json() == {"case": case.id, "status": "claimed", "id": None}
    said = asha.act(case, "messages", {"text": "Good morning", "language": "en"})
    assert said.status_code == 201
    last = asha.get(f"/cases/{case.id}").json()["messages"][-1]
    assert (last["id"], last["from"], last["text"], last["lang"]) == (
        said.json()["id"], "agent", "Good morning", "en",
    )  # fmt: skip
    assert asha.act(case, "notes", {"text": "calm"}).status_code == 201
    assert asha.get(f"/cases/{case.id}").json()["notes"][0]["text"] == "calm"
    assert asha.get("/cases?status=mine").json()["cases"][0]["claimed_by"] == "asha"
    closed = asha.act(case, "close", {"outcome": "resolved", "note": "done"})
    assert closed.json()["status"] == "closed"
    assert asha.get("/cases").json() == {"cases": []}
    assert asha.get("/cases?status=over").json()["cases"][0]["outcome"] == "resolved"
    with site.store.begin() as work:
        did = [(e.username, e.action) for e in work.staff_log.about(case.id)]
    assert [action for who, action in did if who == "asha"] == [
        "case_opened", "case_claimed", "case_answered", "note_added", "case_closed",
    ]  # fmt: skip


def test_passing_on_giving_back_and_text_messages(site, asha):
    case = site.waiting(medium=Medium.SMS, address="447700900123")
    asha.act(case, "claim")
    passed = asha.act(case, "transfer", {"team": "highways", "note": "theirs"})
    assert passed.json()["status"] == "waiting"
    assert asha.get("/cases?team=highways").json()["cases"][0]["id"] == case.id
    for body in ({"note": "x"}, {"team": "highways", "username": "asha", "note": "x"},
                 {"team": "nowhere", "note": "x"}, {"team": "highways", "note": " "}):  # fmt: skip
        asha.act(case, "claim")
        assert asha.act(case, "transfer", body).status_code == 422
    assert asha.act(case, "return", {"note": "bin day"}).json()["status"] == "returned"
    assert asha.act(case, "confirm").status_code == 409


def test_a_case_that_is_offered_first_is_declined_once(site, asha):
    case = site.waiting()
    not_offered = asha.act(case, "decline")
    assert (not_offered.status_code, not_offered.json()["error"]) == (409, "not_offered")
    with site.store.begin() as work:
        held = work.handoffs.get(case.id)
        until = held.asked_at + timedelta(minutes=5)
        offered = replace(held, offered_to="asha", offered_until=until)
        work.handoffs.save(offered, was=held)
        work.commit()
    assert asha.get("/cases").json()["cases"][0]["offered_to"] == "asha"
    declined = [asha.act(case, "decline", key="once") for _ in range(2)]
    assert [one.json()["status"] for one in declined] == ["waiting", "waiting"]
    assert asha.get("/cases").json()["cases"][0]["offered_to"] is None
    assert Platform(site, "bryn").act(case, "claim").status_code == 200


def test_a_closed_case_is_looked_at_again_on_its_day(site, asha, clock):
    case = site.waiting()
    asha.act(case, "claim")
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    asha.act(case, "close", {"outcome": "advice_given", "note": "x", "follow_up_on": day})
    assert asha.get("/cases?status=follow_up").json() == {"cases": []}
    clock.ahead = timedelta(days=1, hours=1).total_seconds()
    (due,) = asha.get("/cases?status=follow_up").json()["cases"]
    assert (due["id"], due["follow_up_on"]) == (case.id, day)
    assert asha.act(case, "looked-at", {"note": "it is mended"}).status_code == 200
    assert asha.get("/cases?status=follow_up").json() == {"cases": []}
    assert "it is mended" in asha.get(f"/cases/{case.id}").json()["notes"][-1]["text"]
    again = asha.act(case, "looked-at")
    assert (again.status_code, again.json()["error"]) == (422, "nothing_to_look_at")


def test_the_same_key_is_the_same_act(site, asha):
    case = site.waiting()
    asha.act(case, "claim")
    first = asha.act(case, "messages", {"text": "once"}, key="one")
    again = asha.act(case, "messages", {"text": "once"}, key="one")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert [t for t in site.texts(case.conversation_id) if "once" in t] == ["agent: once"]
    other = asha.act(case, "messages", {"text": "twice"}, key="one")
    assert (other.status_code, other.json()["error"]) == (422, "key_used")
    bryn = Platform(site, "bryn")  # another's key of the same name is another key
    assert bryn.act(case, "notes", {"text": "hello"}, key="one").status_code == 201


def test_every_act_wants_a_key(site, asha):
    case = site.waiting()
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 81}):
        answer = asha.post(f"/cases/{case.id}/claim", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (422, "key_missing")


def test_what_was_refused_may_be_tried_again_with_its_key(site, asha):
    case = site.waiting()
    assert asha.act(case, "messages", {"text": "too early"}, key="k").status_code == 403
    asha.act(case, "claim")
    assert asha.act(case, "messages", {"text": "too early"}, key="k").status_code == 201


def test_a_key_means_the_same_for_a_day_and_holds_no_words(site, asha, clock):
    from bot.stores import schema as t

    case = site.waiting()
    asha.act(case, "claim")
    asha.act(case, "notes", {"text": "secret words"}, key="old")
    with site.parts.engine.connect() as db:
        rows = db.execute(t.api_calls.select()).mappings().all()
    assert "secret" not in str(rows)
    (asked,) = [row["asked"] for row in rows if row["key"] == "old"]
    told = json.dumps([f"note {case.id}", {"text": "secret words"}], sort_keys=True).encode()
    assert len(asked) == 64 and asked != hashlib.sha256(told).hexdigest()  # nobody can guess it
    clock.ahead = timedelta(hours=25).total_seconds()
    assert asha.act(case, "notes", {"text": "other words"}, key="old").status_code == 201


def test_what_was_done_before_hashes_were_keyed_is_not_done_again(site, asha):
    from bot.stores import schema as t

    case = site.waiting()
    asha.act(case, "claim")
    first = asha.act(case, "notes", {"text": "before"}, key="k")
    with site.parts.engine.begin() as db:
        db.execute(t.api_calls.update().values(asked=""))  # as migration 0013 leaves it
    again = asha.act(case, "notes", {"text": "before"}, key="k")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    with site.store.begin() as work:
        assert len(work.notes.of(case.conversation_id)) == 1


def test_twenty_at_once_with_one_key_are_one_note(site, asha):
    case = site.waiting()
    found = []

    def send():
        with httpx.Client(trust_env=False, headers=asha.headers, timeout=30) as client:
            url = f"{site.url}/api/desk/cases/{case.id}/notes"
            headers = {"Idempotency-Key": "race"}
            found.append(client.post(url, json={"text": "n"}, headers=headers).status_code)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) <= {201, 409} and 201 in found
    with site.store.begin() as work:
        assert len(work.notes.of(case.conversation_id)) == 1


def test_who_is_too_late_and_whose_it_is_not(site, asha):
    case = site.waiting()
    bryn = Platform(site, "bryn")
    assert bryn.act(case, "claim").status_code == 200
    late = asha.act(case, "claim")
    assert (late.status_code, late.json()["error"]) == (409, "handoff_taken")
    for what, body in (("messages", {"text": "x"}), ("close", {"outcome": "resolved"}),
                       ("return", None)):  # fmt: skip
        assert asha.act(case, what, body).status_code == 403
    unknown = asha.get("/cases/unknown")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "handoff_unknown")


def test_safeguarding_is_for_those_who_may(site):
    case = site.waiting("i want to kill myself")
    plain = Platform(site, "bryn", teams=["highways"])
    assert plain.get(f"/cases/{case.id}").status_code == 403
    assert plain.act(case, "claim").status_code == 403
    assert plain.get("/cases").json() == {"cases": []}
    lead = Platform(site, "lee", roles=[Role.TEAM_LEAD])
    assert lead.get("/cases").json()["cases"][0]["team"] == "safeguarding"


def test_nothing_but_a_good_token_opens_it(site, asha):
    url = f"{site.url}/api/desk/cases"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {asha.token}"},
                    {"Authorization": "Bearer"}):  # fmt: skip
        answer = httpx.get(url, headers=headers, timeout=60, trust_env=False)
        assert (answer.status_code, answer.json()["error"]) == (401, "api_token_wrong")
    switch_user(site.store, "asha", active=False)
    assert asha.get("/cases").status_code == 401
    switch_user(site.store, "asha", active=True)
    assert asha.get("/cases").status_code == 401, "off ends it for good"
    asha.use(new_api_token(site.store, "asha", "test"))
    assert asha.get("/cases").status_code == 200
    assert drop_api_token(site.store, "asha", "test")
    assert asha.get("/cases").status_code == 401


def test_a_reset_ends_every_token_of_that_user_and_no_other(site, asha):
    other, second = Platform(site, "bryn"), new_api_token(site.store, "asha", "second")
    reset_user(site.store, "asha", site.url)
    for token in (asha.token, second):
        asha.use(token)
        assert asha.get("/cases").status_code == 401
    assert other.get("/cases").status_code == 200


def test_guessing_tokens_and_asking_too_much_is_slowed_down(site, asha):
    url = f"{site.url}/api/desk/cases"
    with httpx.Client(
        trust_env=False, headers={"Authorization": "Bearer no"}, timeout=60
    ) as guesser:
        found = [guesser.get(url).status_code for _ in range(TRIES + 5)]
    assert found[0] == 401 and found[-1] == 429
    assert asha.get("/cases").status_code == 200  # whose token is good is not slowed by that


def test_what_cannot_be_read_is_refused_in_the_published_shape(site, asha):
    case = site.waiting()
    asha.act(case, "claim")
    bodies = ({"text": "x" * 10_001}, {"text": ""}, {}, {"text": "x", "language": "<b>"}, [1])
    for body in bodies:
        answer = asha.act(case, "messages", body)
        assert answer.status_code == 422
        assert set(answer.json()) == {"error", "message", "what_next"}
    late = asha.act(case, "close", {"outcome": "resolved", "follow_up_on": "2020-01-01"})
    assert late.status_code == 422
    assert asha.act(case, "close", {"outcome": "won"}).json()["error"] == "outcome_unknown"
    assert asha.get("/cases?status=none").status_code == 422


def test_the_openapi_names_every_act_and_how_to_come_in(site):
    told = httpx.get(f"{site.url}/api/openapi.json", timeout=60, trust_env=False).json()
    paths = [path for path in told["paths"] if path.startswith("/api/desk/")]
    assert len(paths) == 11
    for path in paths:
        for about in told["paths"][path].values():
            assert about["security"] == [{"HTTPBearer": []}] and about["description"]


def test_a_token_from_the_command_line(site, monkeypatch):
    site.hire("platform")
    monkeypatch.setenv("FAIRWAY_HOME", str(site.parts.settings.home))
    made = CliRunner().invoke(command, ["token", "platform", "--name", "crm"])
    assert made.exit_code == 0
    headers = {"Authorization": f"Bearer {made.output.strip()}"}
    assert httpx.get(
        f"{site.url}/api/desk/cases", headers=headers, timeout=60, trust_env=False
    ).is_success
    twice = CliRunner().invoke(command, ["token", "platform", "--name", "crm"])
    assert twice.exit_code != 0 and "another name" in twice.output
    gone = CliRunner().invoke(command, ["token", "platform", "--name", "crm", "--drop"])
    assert gone.exit_code == 0
    refused = httpx.get(f"{site.url}/api/desk/cases", headers=headers, timeout=60, trust_env=False)
    assert refused.status_code == 401
