"""An agent lets the assistant ask a service's questions and wants the case back afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.handoff import OPEN
from bot.need import Urgency
from bot.turn_state import Ending, HandoffWanted, Turn, TurnParts, say

REASON = "need_back_to_desk"
WAY = "talk_to_person"
ASSISTANT = "answered_assistant"
REFERENCE = "Reference"
"""Under this name the agent reads it, beside what the citizen told."""


def back_to_the_desk(turn: Turn, parts: TurnParts, ending: Ending) -> Ending:
    """``ending`` itself, or one that brings the case back: the questions are answered, or the
    citizen has stopped them. While a question is open the assistant goes on."""
    waits = turn.conversation.desk_waits
    if not waits or ending.handoff or ending.name != ASSISTANT or _is_with_desk(turn):
        return ending
    return replace(
        ending,
        name="handed_back_to_desk",
        replies=(*ending.replies, say(parts, turn, "desk_has_it_back", ending.language)),
        handoff=_wanted(waits, ending),
    )


def _is_with_desk(turn: Turn) -> bool:
    return turn.handoff is not None and turn.handoff.status in OPEN


def _wanted(waits: Mapping[str, str], ending: Ending) -> HandoffWanted:
    return HandoffWanted(
        team=waits["team"],
        urgency=waits.get("urgency") or Urgency.ROUTINE.value,
        way=WAY,
        reasons=(REASON,),
        summary={**(ending.told or {}), **_references(ending)},
    )


def _references(ending: Ending) -> Mapping[str, str]:
    """What the council's systems call what the questions led to."""
    made = ", ".join(case.reference for case in ending.council_cases)
    return {REFERENCE: made} if made else {}
