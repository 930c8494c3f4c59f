"""What became of a conversation: nobody is counted as helped on a guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Conversation
from bot.message import Medium
from bot.outcome import Outcome
from bot.outcome_rules import ASKING, judge
from bot.turn_record import TurnRecord
from bot.understanding import Answer, Said, Understanding
from channels.outcomes import note_outcomes
from tests.turn_kit import START, Citizen, ScriptedAssistant, TickingClock, turn_parts

DAY = timedelta(days=1)
TEXTED = Conversation("c1", Medium.SMS, START, START, address="447700900123")
WEB = replace(TEXTED, medium=Medium.WEB, address=None)


def turn(number: int = 1, **values: object) -> TurnRecord:
    made = {"ending": "answered_assistant", "service": "pothole", **values}
    return TurnRecord(f"t{number}", "c1", number, START, "sms", "en", **made)


def other(days: float, service: str = "pothole") -> tuple[Conversation, list[TurnRecord]]:
    at = START + days * DAY
    return replace(TEXTED, id="c2", started_at=at, last_at=at), [turn(service=service)]


@pytest.mark.parametrize(
    ("conversation", "turns", "days", "later", "outcome"),
    [
        (TEXTED, [turn()], 0.5, [], None),  # still going on
        (TEXTED, [turn(ending=ASKING)], 1, [], ("abandoned", "system")),
        (WEB, [turn(ending=ASKING)], 1, [], ("abandoned", "system")),
        (WEB, [turn(), turn(2, intent="thanks")], 1, [], ("resolved", "citizen")),
        (WEB, [turn(service=None, intent="thanks")], 1, [], None),  # thanked for nothing
        (TEXTED, [turn()], 6, [], None),  # may come back yet
        (TEXTED, [turn()], 7, [], ("resolved", "system")),
        (WEB, [turn()], 9, [], None),  # nobody knows whether they came back
        (TEXTED, [turn(misunderstood=True)], 7, [], None),
        (TEXTED, [turn()], 7, [other(5)], ("recontacted", "system")),
        (TEXTED, [turn()], 8, [other(7.5)], ("resolved", "system")),
        (TEXTED, [turn()], 7, [other(5, "library")], ("resolved", "system")),
        (TEXTED, [], 7, [], None),
    ],
)
def test_each_end_is_named(conversation, turns, days, later, outcome) -> None:
    assert judge(conversation, turns, [], later, START + days * DAY) == outcome


def test_coming_back_is_noted_once_and_whatever_was_thought_before() -> None:
    resolved = Outcome("o1", "c1", "resolved", "agent", START)
    now = START + 3 * DAY
    assert judge(TEXTED, [turn()], [resolved], [other(2)], now) == ("recontacted", "system")
    again = Outcome("o2", "c1", "recontacted", "system", now)
    assert judge(TEXTED, [turn()], [resolved, again], [other(2)], now) is None
    assert judge(TEXTED, [turn()], [resolved], [], START + 8 * DAY) is None


def citizen(answer: Callable[[str], Answer], medium: Medium = Medium.WEB) -> Citizen:
    return Citizen(turn_parts(ScriptedAssistant(answer), clock=TickingClock()), medium)


def outcomes(who: Citizen) -> list[str]:
    with who.parts.store.begin() as work:
        return [o.code for o in work.records.outcomes_of(who.conversation.id)]


def test_who_leaves_in_the_middle_of_a_question_has_abandoned_it() -> None:
    asking = Answer((Said("Where?", "en"),), events=({"type": "told", "asking": True},))
    who = citizen(lambda text: asking)
    who.sends("pothole")
    assert who.records[0].ending == ASKING
    assert note_outcomes(who.parts) == 0
    who.parts.clock.moment += DAY
    assert (note_outcomes(who.parts), note_outcomes(who.parts)) == (1, 0)
    assert outcomes(who) == ["abandoned"]


def test_who_asks_for_another_channel_than_they_were_sent_to_has_appealed() -> None:
    sent = {"type": "route", "channel": "digital", "way": "do_it_here", "service": "pothole"}
    who = citizen(lambda text: Answer((Said("Where?", "en"),), events=(sent,)))
    who.sends("/human")  # nobody had sent them anywhere yet
    assert outcomes(who) == ["handed_over"]
    who = citizen(lambda text: Answer((Said("Where?", "en"),), events=(sent,)))
    who.sends("pothole")
    who.sends("/human")
    assert outcomes(who) == ["handed_over", "appealed"]
    who.sends("/human")
    assert outcomes(who) == ["handed_over", "appealed"], "once"


def test_an_appeal_does_not_say_what_became_of_it() -> None:
    appealed = Outcome("o1", "c1", "appealed", "citizen", START)
    said = [turn(), turn(2, intent="thanks")]
    found = judge(WEB, said, [appealed], [], START + DAY)
    assert found == ("resolved", "citizen")


def test_a_case_that_a_person_has_is_theirs_to_judge() -> None:
    who = citizen(lambda text: Answer())
    who.sends("/human")
    who.parts.clock.moment += 8 * DAY
    assert note_outcomes(who.parts) == 0 and outcomes(who) == ["handed_over"]


def test_who_texts_again_about_the_same_thing_was_not_helped() -> None:
    made = Understanding(intent="service_pothole", kind="service", service="pothole")
    who = citizen(lambda text: Answer((Said("ok", "en"),), made), Medium.SMS)
    who.sends("pothole")
    who.parts.clock.moment += 2 * DAY
    back = Citizen(who.parts, Medium.SMS)
    back.sends("the pothole is still there")
    assert note_outcomes(who.parts) == 1
    assert outcomes(who) == ["recontacted"] and outcomes(back) == []
    who.parts.clock.moment += 8 * DAY
    note_outcomes(who.parts)
    assert outcomes(back) == ["resolved"]
