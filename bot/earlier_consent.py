"""Whether a citizen lets an agent read what they wrote before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

YES, NO = "/earlier_yes", "/earlier_no"
"""The payloads of the two answers. Nobody can type them: what was not on offer loses its slash."""


@dataclass(frozen=True)
class Consent:
    """Asked by ``asked_by`` in one conversation, and good for that one only: a number may have
    changed hands by the next. ``said_yes`` is None until the citizen has answered. Times in UTC."""

    conversation_id: str
    asked_by: str
    asked_at: datetime
    said_yes: bool | None = None
    answered_at: datetime | None = None


class Consents(Protocol):
    """One for each conversation in which somebody asked."""

    def put(self, consent: Consent) -> None:
        """Keep it in place of one that is held."""

    def of(self, conversation_id: str) -> Consent | None:
        """The conversation's, or None where nobody has asked."""

    def answer(self, conversation_id: str, said_yes: bool, at: datetime) -> None:
        """What the citizen said; nothing where nobody has asked."""
