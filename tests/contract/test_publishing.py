"""What a store tells the data platform, on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.desk_transfer import pass_to_team
from bot.desk_work import claim_case, close_case
from bot.handoff import claim
from bot.outcome import Outcome
from channels.desk.wiring import desk_parts
from channels.platform.events import EVENT, of_erasure, pseudonym
from channels.platform.publishing import PublishingStore
from tests.contract.test_staff_store import store as staff_store  # noqa: F401
from tests.contract.test_store import NOW, conversation, handoff, store  # noqa: F401
from tests.desk_kit import Desk
from tests.turn_kit import START, Citizen, ScriptedAssistant, TickingClock, turn_parts
from tests.web_kit import make_parts

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "channels/platform/events.schema.json").read_text("utf-8")
)
VALID = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture
def told(store):  # noqa: F811
    return PublishingStore(store, TickingClock(), "key")


def events(told) -> list[dict]:
    with told.begin() as work:
        later = START + timedelta(days=999)
        parcels = work.outbox.lease(EVENT, later, later, 100)
    for parcel in parcels:
        VALID.validate(dict(parcel.payload))
    return [dict(parcel.payload) for parcel in parcels]


def test_a_turn_a_handoff_and_an_outcome_are_told_in_the_schema(told):
    parts = turn_parts(ScriptedAssistant(), told)
    citizen = Citizen(parts)
    citizen.says("canary words about my bin")
    citizen.says("can i speak to a person please")
    found = events(told)
    kinds = sorted(event["schema"] for event in found)
    assert kinds == [
        "fairway.handoff.v1",
        "fairway.outcome.v1",
        "fairway.turn.v1",
        "fairway.turn.v1",
    ]
    mine = pseudonym(citizen.conversation.id, "key")
    assert {event["conversation"] for event in found} == {mine}
    text = json.dumps(found)
    assert "canary" not in text and citizen.conversation.id not in text


def test_what_is_rolled_back_is_not_told(told, conversation):  # noqa: F811
    with told.begin() as work:
        work.records.add_outcome(Outcome("o", conversation.id, "resolved", "citizen", NOW))
    assert events(told) == []


def test_a_change_of_a_handoff_is_told_without_who_what_and_why(told, conversation):  # noqa: F811
    waiting = handoff(conversation, summary={"name": "canary"}, contact={"phone": "canary"},
                      reasons=("barrier_no_data", "barrier_low_confidence"))  # fmt: skip
    with told.begin() as work:
        work.handoffs.add(waiting)
        work.commit()
    with told.begin() as work:
        work.handoffs.save(claim(waiting, "asha", NOW), was=waiting)
        work.commit()
    first, second = events(told)
    assert [first["status"], second["status"]] == ["waiting", "claimed"]
    assert first["reasons"] == ["barrier"]
    assert not any(word in json.dumps([first, second]) for word in ("canary", "asha", "no_data"))


def test_an_erasure_is_in_the_schema():
    VALID.validate(of_erasure("c", NOW, "key"))


def test_the_schema_lets_nothing_else_out():
    extra = of_erasure("c", NOW, "key") | {"name": "canary"}
    assert not VALID.is_valid(extra)


def test_what_the_desk_does_with_a_case_is_told_from_the_first_hand_to_the_last(staff_store):  # noqa: F811
    told = PublishingStore(staff_store, TickingClock(), "key")
    desk = Desk(store=told)
    asha, ben = desk.hire("asha"), desk.hire("ben")
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person please")
    case = citizen.handoff
    claim_case(desk.parts, asha, case.id)
    pass_to_team(desk.parts, asha, case.id, "waste", "canary note", ("waste",))
    claim_case(desk.parts, ben, case.id)
    close_case(desk.parts, ben, case.id, "resolved", "canary note")
    found = events(told)
    of_case = [event for event in found if event["schema"] == "fairway.handoff.v1"]
    assert [
        (event["status"], event["team"] == "waste", event["outcome_code"]) for event in of_case
    ] == [
        ("waiting", False, None),
        ("claimed", False, None),
        ("waiting", True, None),
        ("claimed", True, None),
        ("closed", True, "resolved"),
    ]
    assert len({event["handoff"] for event in of_case}) == 1
    assert not any(word in json.dumps(found) for word in ("canary", "asha", "ben", case.id))


@pytest.mark.parametrize("broker", ["amqp://rabbit", ""])
def test_the_desk_of_the_product_tells_where_a_broker_is_set_up_and_only_there(tmp_path, broker):
    parts = make_parts(tmp_path, FAIRWAY_AMQP_URL=broker)
    assert isinstance(desk_parts(parts).store, PublishingStore) == bool(broker)
