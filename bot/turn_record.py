"""One row a turn, without a word of what was said: what the audit reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class TurnRecord:
    """How one turn ended. ``at`` is in UTC, ``ms`` the whole turn in milliseconds.

    ``ending`` names what happened, in families: ``answered_*``, ``handed_*``,
    ``safety_*``, ``refused_*``, ``error_*``. ``lsoa`` is the small area of a postcode that was
    given; ``answer_not_taken``: an answer to a question of ours could not be used;
    ``nothing_found``: the council's pages were searched for what was asked, and had nothing.
    """

    id: str
    conversation_id: str
    turn: int
    at: datetime
    medium: str
    language: str
    ending: str
    intent: str = ""
    kind: str = ""
    service: str | None = None
    lgsl: int | None = None
    confidence: float | None = None
    fallback: bool = False
    misunderstood: bool = False
    asked_channel: str | None = None
    barriers: tuple[str, ...] = ()
    adjustments: tuple[str, ...] = ()
    route_channel: str | None = None
    route_way: str | None = None
    route_reasons: tuple[str, ...] = ()
    route_alternatives: tuple[dict[str, str], ...] = ()
    policy_version: str | None = None
    model_version: str = ""
    ms: float = 0.0
    lsoa: str | None = None
    answer_not_taken: bool = False
    nothing_found: bool = False
