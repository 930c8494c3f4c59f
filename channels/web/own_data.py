"""What is held about one conversation: all of it to see, all of it to erase."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.stores import schema as t

_TABLES = (t.messages, t.handoffs, t.turn_records, t.outcomes)


def own_data(engine: sa.Engine, conversation_id: str) -> dict[str, Any]:
    """Every row of a conversation as JSON: ``{"conversation": {…}, "messages": […], …}``.
    Secrets are left out."""
    with engine.connect() as db:
        query = t.conversations.select().where(t.conversations.c.id == conversation_id)
        held = db.execute(query).mappings().one()
        found: dict[str, Any] = {"conversation": _plain(held)}
        for table in _TABLES:
            rows = table.select().where(table.c.conversation_id == conversation_id)
            found[table.name] = [_plain(row) for row in db.execute(rows).mappings()]
        db.rollback()
    return found


def erase_own_data(engine: sa.Engine, rasa_database: Path, conversation_id: str) -> None:
    """Delete every row of a conversation, here and in Rasa's own database. Not to be undone."""
    with engine.begin() as db:
        for table in _TABLES:
            db.execute(table.delete().where(table.c.conversation_id == conversation_id))
        db.execute(t.conversations.delete().where(t.conversations.c.id == conversation_id))
    _erase_tracker(rasa_database, conversation_id)


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
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in hidden
    }
