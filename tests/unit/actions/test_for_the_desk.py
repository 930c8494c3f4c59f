"""An agent wants a service's questions asked: nothing is routed, for the agent has decided."""

from __future__ import annotations

import pytest

from bot.need import Adjustment, Availability, Barrier, Channel, Circumstances
from tests.unit.actions.driver import POSTCODE, Heard, Talk

HARD = Circumstances(
    asked_channel=Channel.ASSISTED,
    barriers=frozenset({Barrier.NOT_CONFIDENT}),
    adjustments=frozenset({Adjustment.MORE_TIME}),
    failed_turns=2,
)
"""Any one of these takes a citizen to a person."""


def asked_by_desk(talk: Talk, payload: str) -> Heard:
    talk.desk_asks = True
    heard = talk.say(payload)
    talk.desk_asks = False
    return heard


def test_whoever_wanted_a_person_is_asked_and_not_sent_back_to_the_queue(talk: Talk) -> None:
    talk.circumstances = HARD
    first = asked_by_desk(talk, "/service_pothole")
    assert first.keys == ["report_start", "council_notice", "ask_where"]
    assert not first.of("handoff") and not first.of("route")
    answers = (POSTCODE, "by the library", "Bigger than a dustbin lid", "/skip", "deep", "/skip")
    for answer in (*answers, "/skip"):
        heard = talk.say(answer)
        assert not heard.of("handoff")
    done = talk.say("yes")
    [held] = talk.requests()
    assert str(held["service_request_id"]) == done.of("case")[0]["reference"]


def test_the_citizens_own_button_is_routed_as_ever(talk: Talk) -> None:
    talk.circumstances = HARD
    assert talk.say("/service_pothole").of("handoff")


@pytest.mark.parametrize("answered", [(), (POSTCODE,)])
def test_questions_that_were_left_go_on_at_the_open_one(talk: Talk, answered: tuple[str]) -> None:
    left = talk.say("there is a pothole", "service_pothole")
    for answer in answered:
        left = talk.say(answer)
    talk.circumstances = HARD
    again = asked_by_desk(talk, "/service_pothole")
    assert again.keys[-1] == left.keys[-1]
    assert talk.slots["task"]["given"].keys() >= ({"where"} if answered else set())


def test_another_services_questions_are_dropped_without_asking_the_citizen(talk: Talk) -> None:
    """The agent has asked them already; "shall we switch?" would be one question too many."""
    talk.say("there is a pothole", "service_pothole")
    talk.say(POSTCODE)
    switched = asked_by_desk(talk, "/service_street_light")
    assert "switch_offer" not in switched.keys
    assert talk.slots["task"]["service"] == talk.slots["service"] == "street_light"


def test_a_call_back_about_the_service_is_not_taken_for_its_questions(talk: Talk) -> None:
    talk.availability = Availability(contact_centre_open=False, next_open="Monday 09:00")
    talk.circumstances = HARD
    talk.say("/service_pothole")
    assert talk.slots["task"]["task"] == "request_call_back"
    asked_by_desk(talk, "/service_pothole")
    assert talk.slots["task"]["task"] == "report_street_problem"


def test_a_service_that_is_switched_off_brings_a_person(talk_with) -> None:
    talk = talk_with(is_off=lambda name: name == "pothole")
    assert asked_by_desk(talk, "/service_pothole").of("handoff")
