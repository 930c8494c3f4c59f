"""Whose turn it is: one order of the queue, for the desk and for the place citizens are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.handoff import Handoff

URGENCIES = ("urgent", "soon", "routine")
ANSWER_WITHIN = timedelta(minutes=30)
"""Whoever waits is due after this; a promised call is due when its window ends. So a promise
goes before those who have just come, and after those who have waited for long."""


def turn_of(handoff: Handoff, promised: datetime | None = None) -> tuple[bool, int, datetime]:
    """A key to sort by: danger to life, then urgency, then the promised time, which for whoever
    was promised nothing is ANSWER_WITHIN after they asked."""
    safe = not any(reason.startswith("safety_") for reason in handoff.reasons)
    known = handoff.urgency in URGENCIES
    urgency = URGENCIES.index(handoff.urgency) if known else len(URGENCIES)
    return safe, urgency, promised or handoff.asked_at + ANSWER_WITHIN
