"""What the desk keeps beside a case, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.case_extras import (
    CannedReply,
    CaseNote,
    MessageChange,
    Promise,
    Receipt,
    ServiceNotice,
)
from bot.message import Message, Sender
from bot.stores.memory import MemoryTables


@dataclass
class CaseTables:
    """``labels``: case → its labels; ``receipts``: message id → how far it got."""

    notes: list[CaseNote] = field(default_factory=list)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    changes: list[MessageChange] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    canned: dict[tuple[str, str], CannedReply] = field(default_factory=dict)
    notices: dict[str, ServiceNotice] = field(default_factory=dict)


@dataclass
class MemoryNotes:
    """``bot.case_ports.CaseNotes``."""

    tables: CaseTables

    def add(self, note: CaseNote) -> None:
        self.tables.notes.append(note)

    def of(self, conversation_id: str) -> list[CaseNote]:
        return [note for note in self.tables.notes if note.conversation_id == conversation_id]


@dataclass
class MemoryLabels:
    """``bot.case_ports.Labels``."""

    tables: CaseTables

    def put(self, handoff_id: str, conversation_id: str, labels: Iterable[str]) -> None:
        self.tables.labels[handoff_id] = tuple(sorted(set(labels)))

    def of(self, handoff_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        held = self.tables.labels
        return {key: held[key] for key in handoff_ids if held.get(key)}


@dataclass
class MemoryPromises:
    """``bot.case_ports.Promises``."""

    tables: CaseTables

    def add(self, promise: Promise) -> None:
        self.tables.promises[promise.id] = promise

    def save(self, promise: Promise) -> None:
        self.tables.promises[promise.id] = promise

    def of(self, handoff_id: str) -> list[Promise]:
        mine = [p for p in self.tables.promises.values() if p.handoff_id == handoff_id]
        return sorted(mine, key=lambda p: p.made_at)

    def open(self) -> list[Promise]:
        found = [p for p in self.tables.promises.values() if p.is_open]
        return sorted(found, key=lambda p: p.ends)

    def ending_between(self, start: datetime, end: datetime) -> list[Promise]:
        found = [p for p in self.tables.promises.values() if start <= p.ends < end]
        return sorted(found, key=lambda p: p.ends)


@dataclass
class MemoryMessageChanges:
    """``bot.case_ports.MessageChanges``; ``all`` holds the messages themselves."""

    tables: CaseTables
    all: MemoryTables

    def change(self, message_id: str, text: str, change: MessageChange, withdrawn: bool) -> None:
        kept = self.all.messages[message_id]
        kept.message = replace(kept.message, text=text, changed_at=change.at, withdrawn=withdrawn)
        self.tables.changes.append(change)

    def of(self, conversation_id: str) -> list[MessageChange]:
        return [one for one in self.tables.changes if one.conversation_id == conversation_id]

    def changed_since(self, conversation_id: str, since: datetime) -> list[Message]:
        mine = (k.message for k in self.all.messages.values())
        return [
            m
            for m in mine
            if m.conversation_id == conversation_id and m.changed_at and m.changed_at >= since
        ]

    def delivered(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        new = [m for m in self._sent(conversation_id, up_to) if not self._receipt(m).delivered_at]
        for message_id in new:
            self.tables.receipts[message_id] = replace(self._receipt(message_id), delivered_at=at)
        return bool(new)

    def read(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        self.delivered(conversation_id, up_to, at)
        new = [m for m in self._sent(conversation_id, up_to) if not self._receipt(m).read_at]
        for message_id in new:
            self.tables.receipts[message_id] = replace(self._receipt(message_id), read_at=at)
        return bool(new)

    def receipts(self, conversation_id: str) -> dict[str, Receipt]:
        mine = (k.message for k in self.all.messages.values())
        return {
            m.id: self._receipt(m.id)
            for m in mine
            if m.conversation_id == conversation_id and m.sender is Sender.AGENT
        }

    def _receipt(self, message_id: str) -> Receipt:
        return self.tables.receipts.get(message_id, Receipt())

    def _sent(self, conversation_id: str, up_to: str) -> list[str]:
        """What agents said up to and with the message ``up_to``."""
        said = [k.message for k in self.all.messages.values()]
        mine = [m for m in said if m.conversation_id == conversation_id]
        ids = [m.id for m in mine]
        if up_to not in ids:
            return []
        return [m.id for m in mine[: ids.index(up_to) + 1] if m.sender is Sender.AGENT]


@dataclass
class MemoryCannedReplies:
    """``bot.case_ports.CannedReplies``."""

    tables: CaseTables

    def put(self, reply: CannedReply) -> None:
        self.tables.canned[reply.shortcut, reply.lang] = reply

    def drop(self, shortcut: str, lang: str) -> None:
        self.tables.canned.pop((shortcut, lang), None)

    def all(self) -> list[CannedReply]:
        return [self.tables.canned[key] for key in sorted(self.tables.canned)]


@dataclass
class MemoryServiceNotices:
    """``bot.case_ports.ServiceNotices``."""

    tables: CaseTables

    def add(self, notice: ServiceNotice) -> None:
        self.tables.notices[notice.id] = notice

    def drop(self, notice_id: str) -> None:
        self.tables.notices.pop(notice_id, None)

    def ending_after(self, now: datetime) -> list[ServiceNotice]:
        found = [n for n in self.tables.notices.values() if n.ends > now]
        return sorted(found, key=lambda n: n.starts)
