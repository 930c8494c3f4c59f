"""A service that is switched off: said so, given to a person, and nothing reaches the council."""

from __future__ import annotations

from tests.unit.actions.driver import POSTCODE


def test_a_service_that_is_off_goes_to_a_person(talk_with):
    talk = talk_with(is_off=lambda service: service == "pothole")
    heard = talk.say("there is a pothole", "service_pothole")
    assert heard.keys[0] == "error_council_down"
    (handoff,) = heard.of("handoff")
    assert handoff["reasons"] == ["error_council_down"]
    assert talk.say("when is my bin day", "service_bin_collection").keys[0] != "error_council_down"


def test_switched_off_in_the_middle_of_a_form_nothing_is_sent_and_nothing_told_is_lost(talk_with):
    off: set[str] = set()
    talk = talk_with(is_off=off.__contains__)
    talk.say("there is a pothole", "service_pothole")
    talk.say(POSTCODE)
    off.add("pothole")
    heard = talk.say("outside number 4 Castle Gates")
    assert heard.keys[0] == "error_council_down"
    (handoff,) = heard.of("handoff")
    assert POSTCODE in str(handoff["summary"]) and "Castle Gates" in str(handoff["summary"])
    assert talk.requests() == []


def test_a_person_is_there_whatever_is_off(talk_with):
    talk = talk_with(is_off=lambda service: True)
    (handoff,) = talk.say("a person please", "human").of("handoff")
    assert handoff["way"]
