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
from enum import Enum
from pathlib import Path

import sqlalchemy as sa

from bot.equality import link_of
from bot.handoff import OPEN
from bot.stores import schema as t
from bot.stores.guarded import is_guarded
from channels.platform.events import EVENT, of_erasure, pseudonym
from channels.privacy.chatwoot_copies import erase_in_chatwoot
from channels.settings import Settings

RASA_SCHEMA = "rasa"
"""Where Rasa keeps its events in a PostgreSQL database it shares with Fairway."""
AT_ONCE = 200


class Kept(Enum):
    """Why a conversation is not erased, whoever asks."""

    HOLD = "hold"
    """A team lead holds it: for a complaint, the Ombudsman, a court."""
    DANGER = "danger"
    """Its case is open, and somebody's safety is at stake."""


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


def erase(places: Places, conversation_ids: Sequence[str]) -> dict[str, Kept]:
    """Delete all that is held about these conversations: every row, reminders and watched
    reports, texts that told their news, the equality answers kept apart, and what Rasa has. Not
    to be undone. What must stay is left whole; which that was, and why, is returned."""
    kept: dict[str, Kept] = {}
    for start in range(0, len(conversation_ids), AT_ONCE):
        some = conversation_ids[start : start + AT_ONCE]
        with places.engine.begin() as db:
            stay = must_stay(db, some)
            gone = [one for one in some if one not in stay]
            erase_tracker(places, gone)
            _erase_rows(db, gone, places.equality_key)
            if places.platform_key is not None and gone:
                _tell_platform(db, gone, places.platform_key)
        kept |= stay
    empty_journals(places)
    return kept


def must_stay(db: sa.Connection, conversation_ids: Sequence[str]) -> dict[str, Kept]:
    """Which of these conversations may not be erased now, and why. Nobody can hold one of the
    others before the transaction ends."""
    c = t.conversations.c
    db.execute(sa.select(c.id).where(c.id.in_(conversation_ids)).with_for_update()).all()
    held = sa.select(t.holds.c.conversation_id).where(
        t.holds.c.conversation_id.in_(conversation_ids)
    )
    stay = dict.fromkeys(_in_danger(db, conversation_ids), Kept.DANGER)
    return stay | dict.fromkeys(db.execute(held).scalars(), Kept.HOLD)


def _in_danger(db: sa.Connection, ids: Sequence[str]) -> list[str]:
    """Those with a case that is or was the safeguarding team's, or in which danger was heard, in
    whoever's hands it is: an open one, or one that somebody promised to look at again."""
    h, r = t.handoffs.c, t.turn_records.c
    heard = sa.exists().where(
        r.conversation_id == h.conversation_id, r.ending.startswith("safety_", autoescape=True)
    )
    query = sa.select(h.conversation_id, h.reasons, is_guarded().label("g"), heard.label("d"))
    not_over = sa.or_(h.status.in_([one.value for one in OPEN]), h.follow_up_on.is_not(None))
    query = query.where(h.conversation_id.in_(ids), not_over)
    return [
        row.conversation_id
        for row in db.execute(query)
        if row.g or row.d or any(one.startswith("safety_") for one in row.reasons)
    ]


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
    did write in is theirs: whoever typed their number into a web page cannot erase it. One that
    must stay is left as it is."""
    sent = texts_about(db, ids)
    m = t.messages.c
    found = db.execute(sa.select(m.id, m.conversation_id).where(m.id.in_(sent))).all()
    where = {row.conversation_id for row in found}
    stay = must_stay(db, sorted(where))
    left = {row.id for row in found if row.conversation_id in stay}
    going = [one for one in sent if one not in left]
    db.execute(t.sms_log.delete().where(t.sms_log.c.message_id.in_(going)))
    db.execute(t.messages.delete().where(m.id.in_(going)))
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
