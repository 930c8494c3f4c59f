"""What the desk keeps beside a case: notes, labels, promises, changed messages, set phrases.

Adapters: ``bot.stores.case_memory`` and ``bot.stores.case_sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bot.case_extras import (
    CannedReply,
    CaseNote,
    MessageChange,
    Promise,
    Receipt,
    ServiceNotice,
)
from bot.message import Message


class CaseNotes(Protocol):
    """What colleagues tell each other. Never shown to the citizen's page."""

    def add(self, note: CaseNote) -> None:
        """Keep a note."""

    def of(self, conversation_id: str) -> list[CaseNote]:
        """The notes on a conversation, oldest first."""


class Labels(Protocol):
    """Words that cases are found by."""

    def put(self, handoff_id: str, conversation_id: str, labels: Iterable[str]) -> None:
        """These and no others are the case's labels."""

    def of(self, handoff_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Case → its labels in alphabetical order; cases without are left out."""


class Promises(Protocol):
    """What citizens were promised."""

    def add(self, promise: Promise) -> None:
        """Keep a new promise."""

    def save(self, promise: Promise) -> None:
        """Replace what is held under the same id."""

    def of(self, handoff_id: str) -> list[Promise]:
        """A case's promises, oldest first."""

    def open(self) -> list[Promise]:
        """Those neither kept nor called off, the earliest end first."""

    def ending_between(self, start: datetime, end: datetime) -> list[Promise]:
        """Those whose window ended from ``start`` until before ``end``, earliest first."""


class MessageChanges(Protocol):
    """Messages that were changed after they were sent, and how far each one got."""

    def change(self, message_id: str, text: str, change: MessageChange, withdrawn: bool) -> None:
        """Put ``text`` in place of what the message said; what it said is kept."""

    def of(self, conversation_id: str) -> list[MessageChange]:
        """What messages of a conversation said before, oldest first."""

    def changed_since(self, conversation_id: str, since: datetime) -> list[Message]:
        """Messages that were changed at ``since`` (UTC) or later, as they are now."""

    def delivered(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        """Everything up to the message ``up_to`` has reached the citizen's page. Whether that
        was news."""

    def read(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        """The citizen has had it on their screen. Whether that was news."""

    def receipts(self, conversation_id: str) -> Mapping[str, Receipt]:
        """Message id → how far it got, for what agents said."""


class CannedReplies(Protocol):
    """Set phrases, by shortcut and language."""

    def put(self, reply: CannedReply) -> None:
        """Keep it in place of the one with the same shortcut and language."""

    def drop(self, shortcut: str, lang: str) -> None:
        """Forget one."""

    def all(self) -> list[CannedReply]:
        """Every one, by shortcut, then language."""


class ServiceNotices(Protocol):
    """News that team leads put on every page."""

    def add(self, notice: ServiceNotice) -> None:
        """Keep a new one."""

    def drop(self, notice_id: str) -> None:
        """Take one off."""

    def ending_after(self, now: datetime) -> list[ServiceNotice]:
        """Those whose time is not over at ``now`` (UTC), the first to start first."""
