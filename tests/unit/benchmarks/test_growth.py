"""Made-up conversations lie in both databases as real ones do, and the table says the goal."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import sqlalchemy as sa

from benchmarks.growth import AROUND, EARLY, LATE, TEXTS, Growth, lines, store_conversations
from bot.stores import schema as t
from tests.web_kit import make_parts


def test_early_and_late_turns_are_of_the_same_texts():
    early = [TEXTS[n % len(TEXTS)] for n in range(EARLY - 1, EARLY - 1 + AROUND)]
    late = [TEXTS[n % len(TEXTS)] for n in range(LATE - 1, LATE - 1 + AROUND)]
    assert early == late


def test_stored_conversations_are_in_both_databases_and_sealed(tmp_path):
    parts = make_parts(tmp_path)
    with closing(sqlite3.connect(tmp_path / "rasa.db")) as db, db:
        db.execute(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id, type_name, timestamp, "
            "intent_name, action_name, data)"
        )
        db.execute("INSERT INTO events (sender_id, type_name, data) VALUES ('real', 'user', '{}')")
    store_conversations(tmp_path, 30)
    with parts.engine.connect() as db:
        held = db.execute(sa.select(sa.func.count()).select_from(t.turn_records)).scalar_one()
        raw = db.execute(sa.text("SELECT address FROM conversations")).scalars().all()
        db.rollback()
    assert held == 90 and all(one.startswith("sealed:") for one in raw)
    with closing(sqlite3.connect(tmp_path / "rasa.db")) as db:
        assert db.execute("SELECT count(DISTINCT sender_id) FROM events").fetchone() == (31,)
    parts.engine.dispose()


def test_the_table_says_ratio_and_goal():
    table = "\n".join(lines(Growth(40.0, 44.0), Growth(50.0, 75.0)))
    assert "| 40 | 44 | **1.10** | ≤ 1.3 |" in table
    assert "| 50 | 75 | **1.50** | ≤ 1.2 |" in table
