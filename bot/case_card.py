"""A case as one line of the desk's queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.handoff import Handoff
from bot.message import Medium


@dataclass(frozen=True)
class CaseCard:
    """What an agent sees before opening a case.

    ``service`` is the card id of the service last talked about; ``adjustments`` are codes of
    ``bot.need.Adjustment``. ``citizen_waits_since`` is when the citizen last wrote if no agent
    has answered since (UTC), else None; ``last_words`` is what they last wrote, ``last_words_at``
    when (UTC). ``promised`` is the end of the window in which they were promised a call (UTC),
    while that is still to come.
    """

    handoff: Handoff
    medium: Medium
    language: str
    adjustments: tuple[str, ...] = ()
    service: str | None = None
    citizen_waits_since: datetime | None = None
    last_words: str = ""
    last_words_at: datetime | None = None
    promised: datetime | None = None
    labels: tuple[str, ...] = ()
