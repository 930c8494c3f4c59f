"""What is kept beside a case: a note, a promise, a changed message, a set phrase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

NOTE_KINDS = ("note", "transfer", "referred", "silence", "offered", "looked_again")


@dataclass(frozen=True)
class CaseNote:
    """A word between colleagues. ``kind`` is one of NOTE_KINDS. ``at`` in UTC."""

    id: str
    conversation_id: str
    handoff_id: str
    author: str
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Promise:
    """A call that a citizen was promised between ``starts`` and ``ends``. Times in UTC."""

    id: str
    conversation_id: str
    handoff_id: str
    made_by: str
    made_at: datetime
    starts: datetime
    ends: datetime
    kept_at: datetime | None = None
    kept_by: str | None = None
    called_off_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.kept_at is None and self.called_off_at is None

    def is_broken(self, now: datetime) -> bool:
        """Whether its window passed without it being kept. Kept late is broken too."""
        if self.called_off_at is not None and self.called_off_at <= self.ends:
            return False
        return (self.kept_at or now) > self.ends


@dataclass(frozen=True)
class MessageChange:
    """What a message said until ``at`` (UTC), when ``by`` changed it or took it back."""

    conversation_id: str
    message_id: str
    by: str
    text_before: str
    at: datetime


@dataclass(frozen=True)
class Receipt:
    """When an agent's message reached the citizen's page, and when it was on their screen."""

    delivered_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class CannedReply:
    """A set phrase. ``{agent}``, ``{council}``, ``{phone}``, ``{service}`` and ``{reference}``
    are filled in."""

    shortcut: str
    lang: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ServiceNotice:
    """News of the service that a team lead put on every page. ``starts`` and ``ends`` in UTC."""

    id: str
    texts: Mapping[str, str]
    starts: datetime
    ends: datetime
    by: str
