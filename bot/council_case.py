"""What a conversation has brought about in the council's systems, so that an agent sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

APPOINTMENTS = "appointments"
_MADE_BY = {"case": "", "appointment": APPOINTMENTS}
"""Kind of event → the system it is in, where the event does not say so itself."""


@dataclass(frozen=True)
class CouncilCase:
    """A report, a request or an appointment. ``system`` is ``open311``, ``cases``, ``email`` or
    ``appointments``; ``service`` a card's id or nothing; ``at`` when it was made (UTC)."""

    conversation_id: str
    system: str
    reference: str
    service: str
    at: datetime


class CouncilCases(Protocol):
    """All of them, without what they say."""

    def add(self, case: CouncilCase) -> None:
        """Keep one; the same one again changes nothing."""

    def of(self, conversation_id: str) -> list[CouncilCase]:
        """A conversation's, oldest first."""

    def named(self, references: Sequence[str]) -> list[CouncilCase]:
        """Those with one of these references, whoever's."""


@dataclass(frozen=True)
class CaseLook:
    """How a case is. ``state`` is one of ``bot.case_news``, empty where it could not be looked up:
    then ``problem`` says why, ``silent`` (no answer in time), ``unknown`` (the system does not know
    it) or ``nowhere`` (no system keeps it). ``words`` are the team's own."""

    state: str = ""
    words: str = ""
    problem: str = ""


class CaseLooker(Protocol):
    """Asks the council's systems how cases are."""

    def look(self, cases: Sequence[CouncilCase]) -> Mapping[str, CaseLook]:
        """Reference → how it is, for each of ``cases``, within a few seconds. Never raises for a
        system that fails."""


def council_cases(
    events: Iterable[Mapping[str, Any]], conversation_id: str, service: str, now: datetime
) -> tuple[CouncilCase, ...]:
    """What the events of a turn say was made. ``service`` is the card in hand."""
    made = []
    for event in events:
        kind, reference = str(event.get("type")), str(event.get("reference") or "")
        if kind in _MADE_BY and reference:
            system = str(event.get("system") or "") or _MADE_BY[kind]
            made.append(CouncilCase(conversation_id, system[:24], reference[:80], service, now))
    return tuple(made)
