"""What was made in council systems, consents to read what was said before, and what citizens
thought of it, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.council_case import CouncilCase
from bot.earlier_consent import Consent
from bot.feedback import Feedback
from bot.handoff import Handoff, HandoffStatus


@dataclass
class MemoryCouncilCases:
    """``bot.council_case.CouncilCases``."""

    held: list[CouncilCase]

    def add(self, case: CouncilCase) -> None:
        if not any(_key(one) == _key(case) for one in self.held):
            self.held.append(case)

    def of(self, conversation_id: str) -> list[CouncilCase]:
        mine = (one for one in self.held if one.conversation_id == conversation_id)
        return sorted(mine, key=lambda one: (one.at, one.reference))

    def named(self, references: Sequence[str]) -> list[CouncilCase]:
        found = (one for one in self.held if one.reference in references)
        return sorted(found, key=lambda one: (one.at, one.reference))


@dataclass
class MemoryConsents:
    """``bot.earlier_consent.Consents``."""

    held: dict[str, Consent]

    def put(self, consent: Consent) -> None:
        self.held[consent.conversation_id] = consent

    def of(self, conversation_id: str) -> Consent | None:
        return self.held.get(conversation_id)

    def answer(self, conversation_id: str, said_yes: bool, at: datetime) -> None:
        asked = self.held.get(conversation_id)
        if asked is not None:
            self.held[conversation_id] = replace(asked, said_yes=said_yes, answered_at=at)


@dataclass
class MemoryFeedbacks:
    """``bot.feedback.Feedbacks``."""

    held: dict[str, Feedback]
    handoffs: Mapping[str, Handoff]

    def put(self, feedback: Feedback) -> None:
        self.held[feedback.conversation_id] = feedback

    def of(self, conversation_id: str) -> Feedback | None:
        return self.held.get(conversation_id)

    def since(self, start: datetime) -> Counter[str]:
        over = (h for h in self.handoffs.values() if h.status is HandoffStatus.CLOSED)
        closed = {handoff.conversation_id for handoff in over}
        late = (one for one in self.held.values() if one.at >= start)
        return Counter(one.got for one in late if one.conversation_id in closed)


def _key(case: CouncilCase) -> tuple[str, str, str]:
    return case.conversation_id, case.system, case.reference
