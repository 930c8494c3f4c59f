"""Copies in Chatwoot of what is erased here: they are to be erased there, too.

The rows that say which conversation is which go with the erasure, so what is needed to find the
copies is put into the outbox in the same transaction. It names nothing but numbers of Chatwoot's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.stores import schema as t

KIND = "chatwoot_erase"


def erase_in_chatwoot(db: sa.Connection, conversation_ids: Sequence[str]) -> None:
    """Have the copies of these conversations erased, and forget where they are."""
    c, now = t.chatwoot_cases.c, datetime.now(UTC)
    theirs = c.conversation_id.in_(conversation_ids)
    rows = db.execute(sa.select(c.chatwoot_id, c.contact_id).where(theirs)).all()
    parcels = [
        {"id": uuid.uuid4().hex, "kind": KIND, "due": now, "attempts": 0, "last_error": "",
         "payload": {"chatwoot_id": row.chatwoot_id, "contact_id": row.contact_id}}
        for row in rows
    ]  # fmt: skip
    if parcels:
        db.execute(t.outbox.insert(), parcels)
    db.execute(t.chatwoot_cases.delete().where(theirs))
