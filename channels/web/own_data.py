"""What is held about one conversation: all of it to see, all of it to erase.

Answers to the questions on equality cannot be shown, because nobody here can read them; they
are erased with the rest.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.stores import schema as t
from channels.parts import Parts
from channels.privacy import erase, places_of
from channels.privacy.erase import about, texts_about

_SHOWN = (
    t.messages,
    t.handoffs,
    t.turn_records,
    t.outcomes,
    t.feedback,
    t.photos,
    t.sms_log,
    t.message_changes,
    t.case_notes,
    t.case_labels,
    t.promises,
)


def own_data(engine: sa.Engine, conversation_id: str) -> dict[str, Any]:
    """Every row of a conversation as JSON: ``{"conversation": {…}, "messages": […], …}``.
    Secrets are left out."""
    with engine.connect() as db:
        query = t.conversations.select().where(t.conversations.c.id == conversation_id)
        held = db.execute(query).mappings().one()
        found: dict[str, Any] = {"conversation": _plain(held)}
        for table in _SHOWN:
            rows = table.select().where(table.c.conversation_id == conversation_id)
            found[table.name] = [_plain(row) for row in db.execute(rows).mappings()]
        later = db.execute(t.outbox.select().where(about([conversation_id])))
        found["reminders and news"] = [_plain(row) for row in later.mappings()]
        told = t.messages.c.id.in_(texts_about(db, [conversation_id]))
        texts = db.execute(t.messages.select().where(told)).mappings()
        found["texts about it"] = [_plain(row) for row in texts]
        db.rollback()
    return found


def erase_own_data(parts: Parts, conversation_id: str) -> None:
    """Delete all that is held about a conversation (channels/privacy/erase.py)."""
    erase(places_of(parts.settings, parts.engine), [conversation_id])


def _plain(row: Any) -> dict[str, Any]:
    hidden = {"token_hash", "seq"}
    return {name: _as_json(value) for name, value in row.items() if name not in hidden}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value
