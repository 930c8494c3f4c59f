"""What became of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

APPEALED = "appealed"
"""The citizen did not take the channel they were sent to and asked for another. That ends nothing:
it is kept beside what became of the conversation."""
OUTCOMES = ("resolved", "abandoned", "recontacted", "handed_over", APPEALED)


@dataclass(frozen=True)
class Outcome:
    """One outcome. ``source`` is who says so: citizen, agent or system. ``at`` in UTC."""

    id: str
    conversation_id: str
    code: str
    source: str
    at: datetime

    def __post_init__(self) -> None:
        """Raises ValueError when ``code`` is not one of OUTCOMES."""
        if self.code not in OUTCOMES:
            raise ValueError(f"unknown outcome {self.code!r}; use one of {OUTCOMES}")
