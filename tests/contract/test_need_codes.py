"""One suite for the codes of needs: memory, SQLite and PostgreSQL."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.need_codes import NeedCode, NeedUnknown, NotInSample
from bot.stores.engine import migrate, open_engine
from bot.stores.need_codes import SqlNeedCodes
from bot.stores.need_codes_memory import MemoryNeedCodes
from bot.stores.schema import metadata
from tests.servers import migrated_database

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
BEGAN = {f"c{i}": START + timedelta(days=i) for i in range(12)}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request, tmp_path):
    if request.param == "memory":
        yield MemoryNeedCodes(BEGAN, random.Random(1))
    elif request.param == "sqlite":
        yield from _sql(f"sqlite:///{tmp_path / 'codes.db'}")
    else:
        with migrated_database() as url:
            yield from _sql(url)


def _sql(url):
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as db:
        for name, at in BEGAN.items():
            add_conversation(db, name, at)
    yield SqlNeedCodes(engine, random.Random(1))
    engine.dispose()


def add_conversation(db, name, at):
    db.execute(metadata.tables["conversations"].insert(), [{
        "id": name, "medium": "web", "started_at": at, "last_at": at, "language": "en",
        "language_chosen": False, "circumstances": {}, "told": {},
    }])  # fmt: skip
    db.execute(metadata.tables["turn_records"].insert(), [{
        "id": name, "conversation_id": name, "turn": 1, "at": at, "medium": "web",
        "language": "en", "ending": "answered", "intent": "x", "kind": "service",
        "fallback": False, "misunderstood": False, "barriers": [], "adjustments": [],
        "route_reasons": [], "route_alternatives": [], "model_version": "m", "ms": 1.0,
    }])  # fmt: skip


def code(name, coder="ann", need="digital"):
    return NeedCode(name, coder, need, START)


def test_a_sample_grows_and_never_draws_one_twice(kept):
    assert kept.draw(5, "ann", START, None, None) == 5
    assert kept.draw(50, "ann", START, None, None) == 7
    assert kept.draw(1, "ann", START, None, None) == 0
    assert kept.sample() == sorted(BEGAN)


def test_only_conversations_begun_in_the_days_are_drawn(kept):
    assert kept.draw(99, "ann", START, date(2026, 3, 4), date(2026, 3, 7)) == 3
    assert kept.sample() == ["c2", "c3", "c4"]


def test_an_answer_is_given_once_and_only_about_the_sample(kept):
    kept.draw(12, "ann", START, None, None)
    kept.put(code("c1"))
    kept.put(code("c1", "bob", "assisted"))
    for again in (code("c1", need="assisted"), code("nowhere")):
        with pytest.raises(NotInSample):
            kept.put(again)
    assert [(c.coder, c.needed_channel) for c in kept.codes()] == [
        ("ann", "digital"), ("bob", "assisted")
    ]  # fmt: skip


def test_what_is_none_of_the_answers_is_refused():
    with pytest.raises(NeedUnknown):
        code("c1", need="by pigeon")


def test_p1_erasing_a_conversation_takes_its_codes_along(tmp_path):
    url = f"sqlite:///{tmp_path / 'erase.db'}"
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as db:
        add_conversation(db, "gone", START)
    kept = SqlNeedCodes(engine)
    kept.draw(1, "ann", START, None, None)
    kept.put(code("gone"))
    with engine.begin() as db:
        db.execute(sa.text("DELETE FROM conversations WHERE id = 'gone'"))
    assert (kept.sample(), kept.codes()) == ([], [])
    engine.dispose()
