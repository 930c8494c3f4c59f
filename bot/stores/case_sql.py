"""What the desk keeps beside a case, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.case_extras import (
    CannedReply,
    CaseNote,
    MessageChange,
    Promise,
    Receipt,
    ServiceNotice,
)
from bot.message import Message, Sender
from bot.stores import schema as t
from bot.stores.sql import to_message


@dataclass(frozen=True)
class SqlNotes:
    """``bot.case_ports.CaseNotes``."""

    db: sa.Connection

    def add(self, note: CaseNote) -> None:
        self.db.execute(t.case_notes.insert(), [vars(note)])

    def of(self, conversation_id: str) -> list[CaseNote]:
        c = t.case_notes.c
        query = t.case_notes.select().where(c.conversation_id == conversation_id)
        return [CaseNote(**row) for row in _rows(self.db, query.order_by(c.at, c.id))]


@dataclass(frozen=True)
class SqlLabels:
    """``bot.case_ports.Labels``."""

    db: sa.Connection

    def put(self, handoff_id: str, conversation_id: str, labels: Iterable[str]) -> None:
        c = t.case_labels.c
        self.db.execute(t.case_labels.delete().where(c.handoff_id == handoff_id))
        rows = [
            {"handoff_id": handoff_id, "conversation_id": conversation_id, "label": label}
            for label in sorted(set(labels))
        ]
        if rows:
            self.db.execute(t.case_labels.insert(), rows)

    def of(self, handoff_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        c = t.case_labels.c
        query = sa.select(c.handoff_id, c.label).where(c.handoff_id.in_(list(handoff_ids)))
        found: dict[str, tuple[str, ...]] = {}
        for row in _rows(self.db, query.order_by(c.label)):
            found[row["handoff_id"]] = (*found.get(row["handoff_id"], ()), row["label"])
        return found


@dataclass(frozen=True)
class SqlPromises:
    """``bot.case_ports.Promises``."""

    db: sa.Connection

    def add(self, promise: Promise) -> None:
        self.db.execute(t.promises.insert(), [vars(promise)])

    def save(self, promise: Promise) -> None:
        change = t.promises.update().where(t.promises.c.id == promise.id)
        self.db.execute(change.values(**vars(promise)))

    def of(self, handoff_id: str) -> list[Promise]:
        c = t.promises.c
        return self._all(c.handoff_id == handoff_id, order=c.made_at)

    def open(self) -> list[Promise]:
        c = t.promises.c
        return self._all(c.kept_at.is_(None), c.called_off_at.is_(None), order=c.ends)

    def ending_between(self, start: datetime, end: datetime) -> list[Promise]:
        c = t.promises.c
        return self._all(c.ends >= start, c.ends < end, order=c.ends)

    def _all(self, *wanted: sa.ColumnElement[bool], order: sa.Column[Any]) -> list[Promise]:
        query = t.promises.select().where(*wanted).order_by(order)
        return [Promise(**row) for row in _rows(self.db, query)]


@dataclass(frozen=True)
class SqlMessageChanges:
    """``bot.case_ports.MessageChanges``."""

    db: sa.Connection

    def change(self, message_id: str, text: str, change: MessageChange, withdrawn: bool) -> None:
        self.db.execute(t.message_changes.insert(), [vars(change)])
        now = {"text": text, "changed_at": change.at, "withdrawn": withdrawn}
        self.db.execute(t.messages.update().where(t.messages.c.id == message_id).values(**now))

    def of(self, conversation_id: str) -> list[MessageChange]:
        c = t.message_changes.c
        query = sa.select(c.conversation_id, c.message_id, c.by, c.text_before, c.at)
        query = query.where(c.conversation_id == conversation_id).order_by(c.seq)
        return [MessageChange(**row) for row in _rows(self.db, query)]

    def changed_since(self, conversation_id: str, since: datetime) -> list[Message]:
        c = t.messages.c
        query = t.messages.select().where(
            c.conversation_id == conversation_id, c.changed_at >= since
        )
        return [to_message(row) for row in _rows(self.db, query.order_by(c.seq))]

    def delivered(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        return self._mark(conversation_id, up_to, t.messages.c.delivered_at, at)

    def read(self, conversation_id: str, up_to: str, at: datetime) -> bool:
        self.delivered(conversation_id, up_to, at)
        return self._mark(conversation_id, up_to, t.messages.c.read_at, at)

    def receipts(self, conversation_id: str) -> dict[str, Receipt]:
        c = t.messages.c
        query = sa.select(c.id, c.delivered_at, c.read_at).where(
            c.conversation_id == conversation_id, c.sender == Sender.AGENT.value
        )
        return {
            row["id"]: Receipt(row["delivered_at"], row["read_at"]) for row in _rows(self.db, query)
        }

    def _mark(self, conversation_id: str, up_to: str, column: sa.Column[Any], at: datetime) -> bool:
        c = t.messages.c
        last = sa.select(c.seq).where(c.id == up_to, c.conversation_id == conversation_id)
        change = t.messages.update().where(
            c.conversation_id == conversation_id,
            c.sender == Sender.AGENT.value,
            c.seq <= last.scalar_subquery(),
            column.is_(None),
        )
        return bool(self.db.execute(change.values({column.name: at})).rowcount)


@dataclass(frozen=True)
class SqlCannedReplies:
    """``bot.case_ports.CannedReplies``."""

    db: sa.Connection

    def put(self, reply: CannedReply) -> None:
        self.drop(reply.shortcut, reply.lang)
        self.db.execute(t.canned_replies.insert(), [vars(reply)])

    def drop(self, shortcut: str, lang: str) -> None:
        c = t.canned_replies.c
        wanted = t.canned_replies.delete().where(c.shortcut == shortcut, c.lang == lang)
        self.db.execute(wanted)

    def all(self) -> list[CannedReply]:
        c = t.canned_replies.c
        query = t.canned_replies.select().order_by(c.shortcut, c.lang)
        return [CannedReply(**row) for row in _rows(self.db, query)]


@dataclass(frozen=True)
class SqlServiceNotices:
    """``bot.case_ports.ServiceNotices``."""

    db: sa.Connection

    def add(self, notice: ServiceNotice) -> None:
        row = vars(notice) | {"texts": dict(notice.texts)}
        self.db.execute(t.service_notices.insert(), [row])

    def drop(self, notice_id: str) -> None:
        self.db.execute(t.service_notices.delete().where(t.service_notices.c.id == notice_id))

    def ending_after(self, now: datetime) -> list[ServiceNotice]:
        c = t.service_notices.c
        query = t.service_notices.select().where(c.ends > now).order_by(c.starts)
        return [ServiceNotice(**row) for row in _rows(self.db, query)]


def _rows(db: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in db.execute(query).mappings()]
