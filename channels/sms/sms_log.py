"""What was sent to which number, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.stores.schema import sms_log
from bot.stores.sealed_types import is_held_as

WORST_LAST = ("delivered", "sent", "sending", "failed", "refused")
"""Our words for what became of a text, from good to bad."""


@dataclass(frozen=True)
class SentText:
    """One text. ``reference`` is ours, ``provider_id`` theirs. ``text`` is kept only where no
    provider sends it: elsewhere the conversation holds it already."""

    reference: str
    address: str
    text: str
    provider: str
    provider_id: str
    status: str
    at: datetime
    conversation_id: str | None = None
    message_id: str | None = None
    parts: int | None = None
    """In how many parts the networks charge it."""


@dataclass(frozen=True)
class SmsBill:
    """What a conversation's texts came to. ``parts`` are what the provider charges for."""

    texts: int
    parts: int


@dataclass(frozen=True)
class SmsLog:
    """The table ``sms_log``."""

    engine: sa.Engine

    def add(self, sent: SentText) -> None:
        """Keep that a text was handed to the provider."""
        with self.engine.begin() as db:
            db.execute(sms_log.insert(), [vars(sent)])

    def has(self, reference: str) -> bool:
        """Whether a text with our ``reference`` was handed over already."""
        query = sa.select(sa.func.count()).where(sms_log.c.reference == reference)
        with self.engine.begin() as db:
            return bool(db.execute(query).scalar_one())

    def set_status(self, provider: str, provider_id: str, status: str, at: datetime) -> bool:
        """Note what the provider says became of a text; False when we know no such text."""
        c = sms_log.c
        change = sms_log.update().where(c.provider == provider, c.provider_id == provider_id)
        with self.engine.begin() as db:
            return db.execute(change.values(status=status, status_at=at)).rowcount > 0

    def whose(self, provider: str, provider_id: str) -> str | None:
        """The conversation that a text was sent in."""
        c = sms_log.c
        query = sa.select(c.conversation_id)
        query = query.where(c.provider == provider, c.provider_id == provider_id).limit(1)
        with self.engine.begin() as db:
            found = db.execute(query).scalar_one_or_none()
        return str(found) if found else None

    def bill_of(self, conversation_id: str) -> SmsBill:
        """How many texts went out in a conversation, and in how many parts."""
        c = sms_log.c
        counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(c.parts), 0))
        with self.engine.begin() as db:
            row = db.execute(counted.where(c.conversation_id == conversation_id)).one()
        return SmsBill(int(row[0]), int(row[1]))

    def states_of(self, conversation_id: str) -> dict[str, str]:
        """Message id → what became of its texts: the worst of them where there are several."""
        c = sms_log.c
        query = sa.select(c.message_id, c.status).where(c.conversation_id == conversation_id)
        worst: dict[str, str] = {}
        with self.engine.begin() as db:
            for message_id, status in db.execute(query):
                held = worst.get(message_id, "delivered")
                worst[message_id] = max(held, status, key=WORST_LAST.index)
        return worst

    def of(self, address: str, after: int = 0) -> list[dict[str, Any]]:
        """Texts to a number in order: ``{"id", "reference", "text", "status", "at"}``."""
        c = sms_log.c
        with self.engine.begin() as db:
            theirs = is_held_as(db, c.address, address)
            query = sms_log.select().where(theirs, c.seq > after).order_by(c.seq)
            return [_row(row) for row in db.execute(query).mappings()]


def _row(row: Any) -> dict[str, Any]:
    return {
        "id": row["seq"],
        "reference": row["reference"],
        "text": row["text"],
        "status": row["status"],
        "at": row["at"].isoformat(),
    }
