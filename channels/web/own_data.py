"""What is held about one conversation: all of it to see, all of it to erase.

Answers to the questions on equality cannot be shown, because nobody here can read them; they
are erased with the rest.
"""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.equality import link_of
from bot.stores import schema as t
from channels.parts import Parts

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
_TABLES = (*_SHOWN, t.resume_codes)


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
        later = db.execute(t.outbox.select().where(_is_about(conversation_id)))
        found["reminders and news"] = [_plain(row) for row in later.mappings()]
        db.rollback()
    return found


def erase_own_data(parts: Parts, conversation_id: str) -> None:
    """Delete all that is held about a conversation: every row, reminders and reports that are
    watched (they hold a number), the equality answers kept apart, and what Rasa's own database
    has. Not to be undone."""
    with parts.engine.begin() as db:
        for table in _TABLES:
            db.execute(table.delete().where(table.c.conversation_id == conversation_id))
        db.execute(t.outbox.delete().where(_is_about(conversation_id)))
        db.execute(t.conversations.delete().where(t.conversations.c.id == conversation_id))
    with parts.turn.store.begin() as work:
        work.equality.forget(link_of(conversation_id, parts.settings.secrets.equality_key))
        work.commit()
    _erase_tracker(parts.settings.home / "rasa.db", conversation_id)


def _is_about(conversation_id: str) -> sa.ColumnElement[bool]:
    """Parcels that name the conversation, sent or not (bot/follow_up.py)."""
    about: sa.ColumnElement[bool] = (
        t.outbox.c.payload["conversation_id"].as_string() == conversation_id
    )
    return about


def _erase_tracker(rasa_database: Path, conversation_id: str) -> None:
    """Rasa runs on a Python of its own and keeps what it was told in a table ``events``."""
    if not rasa_database.exists():
        return
    with closing(sqlite3.connect(rasa_database, timeout=5)) as db, db:
        has_events = "SELECT 1 FROM sqlite_master WHERE name = 'events'"
        if db.execute(has_events).fetchone():
            db.execute("DELETE FROM events WHERE sender_id = ?", (conversation_id,))


def _plain(row: Any) -> dict[str, Any]:
    hidden = {"token_hash", "seq"}
    return {name: _as_json(value) for name, value in row.items() if name not in hidden}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value
