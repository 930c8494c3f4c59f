"""A case for a person: waiting → claimed → closed, or returned to the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from bot.errors import HandoffNotYours, HandoffTaken


class HandoffStatus(str, Enum):
    """Where a handoff is in its life."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"
    RETURNED = "returned"


OPEN = frozenset({HandoffStatus.WAITING, HandoffStatus.CLAIMED})

ASSISTANT_DOWN = "error_assistant_down"
"""The reason of a handoff that nobody asked for: it may be called off when Rasa is back."""
HAD_A_PERSON = "need_had_a_person"
"""Beside it once an agent has had the case: then it is not called off any more."""

OUTCOME_CODES = ("resolved", "advice_given", "referred", "appointment_made", "no_answer")
"""How an agent may close a case; the audit counts the first four as resolved."""


@dataclass(frozen=True)
class Handoff:
    """One request for a person. ``summary`` is what the citizen need not repeat. ``offered_to`` is
    the agent who is asked first, until ``offered_until`` (``bot.desk_offer``);
    ``was_safeguarding``: it was passed away from that team (``bot.guarded``). Times in UTC."""

    id: str
    conversation_id: str
    team: str
    urgency: str
    way: str
    reasons: tuple[str, ...]
    asked_at: datetime
    status: HandoffStatus = HandoffStatus.WAITING
    summary: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome_code: str | None = None
    note: str = ""
    follow_up_on: date | None = None
    offered_to: str | None = None
    offered_until: datetime | None = None
    was_safeguarding: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a person has it or will have it."""
        return self.status in OPEN


def claim(handoff: Handoff, agent: str, now: datetime) -> Handoff:
    """``handoff`` taken by ``agent``. Claiming one's own again changes nothing.

    Raises HandoffTaken when it is no longer waiting.
    """
    if handoff.status is HandoffStatus.CLAIMED and handoff.claimed_by == agent:
        return handoff
    if handoff.status is not HandoffStatus.WAITING:
        raise HandoffTaken
    taken = replace(handoff, status=HandoffStatus.CLAIMED, claimed_by=agent, claimed_at=now)
    return unoffered(taken)


def wait_again(handoff: Handoff) -> Handoff:
    """``handoff`` in the queue again, taken from whoever had it. What they have begun, a promised
    call or a note to the next, must not end because the assistant is back after an outage."""
    had = (HAD_A_PERSON,) if handoff.reasons == (ASSISTANT_DOWN,) else ()
    return replace(
        handoff,
        status=HandoffStatus.WAITING,
        claimed_by=None,
        claimed_at=None,
        reasons=(*handoff.reasons, *had),
    )


def unoffered(handoff: Handoff) -> Handoff:
    """``handoff``, with nobody who is asked first."""
    return replace(handoff, offered_to=None, offered_until=None)


def close(handoff: Handoff, agent: str, outcome_code: str, note: str, now: datetime) -> Handoff:
    """``handoff`` finished with an outcome. Raises HandoffNotYours, ValueError (unknown code)."""
    _must_hold(handoff, agent)
    if outcome_code not in OUTCOME_CODES:
        raise ValueError(f"unknown outcome {outcome_code!r}; use one of {OUTCOME_CODES}")
    return replace(
        handoff,
        status=HandoffStatus.CLOSED,
        closed_at=now,
        outcome_code=outcome_code,
        note=note,
    )


def give_back(handoff: Handoff, agent: str, note: str, now: datetime) -> Handoff:
    """``handoff`` returned to the assistant. Raises HandoffNotYours."""
    _must_hold(handoff, agent)
    return replace(handoff, status=HandoffStatus.RETURNED, closed_at=now, note=note)


def withdraw(handoff: Handoff, now: datetime) -> Handoff:
    """``handoff`` called off by the citizen while nobody had taken it. Raises HandoffTaken."""
    if handoff.status is not HandoffStatus.WAITING:
        raise HandoffTaken
    return replace(handoff, status=HandoffStatus.RETURNED, closed_at=now, note="withdrawn")


def _must_hold(handoff: Handoff, agent: str) -> None:
    if handoff.status is not HandoffStatus.CLAIMED or handoff.claimed_by != agent:
        raise HandoffNotYours
