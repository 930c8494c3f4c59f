"""Erase conversations from every place that holds anything of them.

Rows are deleted, and on SQLite overwritten and the journal emptied, so that a search of the
files themselves finds nothing. PostgreSQL overwrites in its own time (autovacuum); backups end
by their own schedule (docs/operations.md).
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from bot.equality import link_of
from bot.stores import schema as t
from channels.platform.events import EVENT, of_erasure, pseudonym
from channels.privacy.chatwoot_copies import erase_in_chatwoot
from channels.settings import Settings

RASA_SCHEMA = "rasa"
"""Where Rasa keeps its events in a PostgreSQL database it shares with Fairway."""
AT_ONCE = 200


@dataclass(frozen=True)
class Places:
    """Where conversations are kept. ``rasa_file`` is Rasa's own SQLite database; on PostgreSQL
    Rasa's table is in the same database."""

    engine: sa.Engine
    rasa_file: Path
    equality_key: str
    platform_key: str | None = None
    """Makes pseudonyms for the data platform, which is told of an erasure; None: there is none."""


def places_of(settings: Settings, engine: sa.Engine) -> Places:
    """The places of the product with these settings."""
    key = settings.secrets.platform_key if settings.amqp_url else None
    return Places(engine, settings.home / "rasa.db", settings.secrets.equality_key, key)


def tables_of_a_conversation() -> list[sa.Table]:
    """Every table with a row about a conversation, those that point at others first."""
    tables = reversed(t.metadata.sorted_tables)
    return [table for table in tables if "conversation_id" in table.c]


def about(conversation_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Parcels of the outbox that name one of the conversations, sent or not."""
    named: sa.ColumnElement[bool] = (
        t.outbox.c.payload["conversation_id"].as_string().in_(conversation_ids)
    )
    return named


def erase(places: Places, conversation_ids: Sequence[str]) -> None:
    """Delete all that is held about these conversations: every row, reminders and watched
    reports, texts that told their news, the equality answers kept apart, and what Rasa has. Not
    to be undone."""
    for start in range(0, len(conversation_ids), AT_ONCE):
        some = conversation_ids[start : start + AT_ONCE]
        erase_tracker(places, some)
        with places.engine.begin() as db:
            _erase_rows(db, some, places.equality_key)
            if places.platform_key is not None:
                _tell_platform(db, some, places.platform_key)
    empty_journals(places)


def empty_journals(places: Places) -> None:
    """Write SQLite's journals into the databases and cut them."""
    if places.engine.dialect.name == "sqlite":
        _empty_journal(Path(str(places.engine.url.database)))
    if places.rasa_file.exists():
        _empty_journal(places.rasa_file)


def texts_about(db: sa.Connection, conversation_ids: Sequence[str]) -> list[str]:
    """Ids of the messages of other conversations that told these ones' news by text."""
    query = sa.select(t.outbox.c.payload).where(about(conversation_ids))
    parcels = db.execute(query.where(t.outbox.c.kind == "sms")).scalars()
    return [message for payload in parcels for message in payload.get("message_ids", ())]


def _erase_texts_about(db: sa.Connection, ids: Sequence[str]) -> None:
    """Of a text conversation that the number's owner never wrote in, nothing is left. One they
    did write in is theirs: whoever typed their number into a web page cannot erase it."""
    sent = texts_about(db, ids)
    told = t.messages.c.id.in_(sent)
    where = list(db.execute(sa.select(t.messages.c.conversation_id).where(told)).scalars())
    db.execute(t.sms_log.delete().where(t.sms_log.c.message_id.in_(sent)))
    db.execute(t.messages.delete().where(told))
    empty = ~sa.exists().where(t.messages.c.conversation_id == t.conversations.c.id)
    c = t.conversations.c
    db.execute(t.conversations.delete().where(c.id.in_(where), c.id.not_in(ids), empty))


def _erase_rows(db: sa.Connection, ids: Sequence[str], equality_key: str) -> None:
    _erase_texts_about(db, ids)
    erase_in_chatwoot(db, ids)
    for table in tables_of_a_conversation():
        db.execute(table.delete().where(table.c.conversation_id.in_(ids)))
    db.execute(t.outbox.delete().where(about(ids)))
    links = [link_of(one, equality_key) for one in ids]
    db.execute(t.equality_answers.delete().where(t.equality_answers.c.link.in_(links)))
    db.execute(t.conversations.delete().where(t.conversations.c.id.in_(ids)))


def _tell_platform(db: sa.Connection, ids: Sequence[str], key: str) -> None:
    """Events of theirs that still wait go, and one that says so is put in their place."""
    theirs = [pseudonym(one, key) for one in ids]
    named = t.outbox.c.payload["conversation"].as_string().in_(theirs)
    db.execute(t.outbox.delete().where(t.outbox.c.kind == EVENT, named))
    now = datetime.now(UTC)
    rows = [
        {"id": uuid.uuid4().hex, "kind": EVENT, "payload": of_erasure(one, now, key), "due": now,
         "attempts": 0, "last_error": ""}
        for one in ids
    ]  # fmt: skip
    db.execute(t.outbox.insert(), rows)


def erase_tracker(places: Places, ids: Sequence[str]) -> None:
    """Delete what Rasa was told; it runs on a Python of its own and keeps it in a table
    ``events``."""
    if places.engine.dialect.name == "postgresql":
        _erase_shared_tracker(places.engine, ids)
    if not places.rasa_file.exists():
        return
    with closing(sqlite3.connect(places.rasa_file, timeout=5)) as db, db:
        db.execute("PRAGMA secure_delete=ON")
        has_events = "SELECT 1 FROM sqlite_master WHERE name = 'events'"
        if db.execute(has_events).fetchone():
            db.executemany("DELETE FROM events WHERE sender_id = ?", [(one,) for one in ids])


def _erase_shared_tracker(engine: sa.Engine, ids: Sequence[str]) -> None:
    with engine.begin() as db:
        if not sa.inspect(db).has_table("events", schema=RASA_SCHEMA):
            return
        events = sa.table("events", sa.column("sender_id"), schema=RASA_SCHEMA)
        db.execute(events.delete().where(events.c.sender_id.in_(ids)))


def _empty_journal(file: Path) -> None:
    """Write the journal into the database and cut it, or deleted words stay readable in it.
    A reader in the middle of something keeps it until the next time."""
    with closing(sqlite3.connect(file, timeout=5)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
