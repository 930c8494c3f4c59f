"""P1: what the schedule says is over goes, the rest stays; on SQLite and PostgreSQL alike."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.equality import AnswerSheet, link_of
from bot.errors import BadFile
from bot.message import Medium
from bot.stores import schema as t
from bot.stores.engine import migrate, open_engine
from bot.stores.sql import SqlStore
from bot.take_in import start_conversation, take_in
from bot.tell_citizen import tell_citizen
from bot.turn import handle_turn
from channels.privacy.erase import Kept, Places, erase, tables_of_a_conversation
from channels.privacy.retention import Hold, NothingToHold, clear_up, hold, holds, preview, release
from channels.privacy.schedule import load_schedule
from channels.settings import ROOT
from tests.servers import migrated_database
from tests.turn_kit import ScriptedAssistant, turn_parts

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
SCHEDULE = load_schedule(ROOT / "bot" / "retention.yml")
CANARY = "xylographic wombat"


class StoppedClock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request, tmp_path):
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path / 'kept.db'}", tmp_path)
        return
    with migrated_database() as url:
        yield from _opened(url, tmp_path)


def _opened(url, tmp_path):
    migrate(url)
    engine = open_engine(url)
    yield Places(engine, tmp_path / "rasa.db", "key")
    engine.dispose()


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def talk(places: Places, days_ago: float, *said: str) -> str:
    """A conversation of so many days ago in which the citizen said these; Rasa knows too."""
    clock = StoppedClock(NOW - timedelta(days=days_ago))
    parts = turn_parts(ScriptedAssistant(), SqlStore(places.engine), clock=clock)
    parts = replace(parts, new_id=lambda: os.urandom(8).hex())
    made, _ = start_conversation(parts, Medium.SMS, address="447700900461")
    for text in said or (CANARY,):
        handle_turn(parts, take_in(parts, made.id, text).message)
    with parts.store.begin() as work:
        answers = AnswerSheet(link_of(made.id, "key"), "s", {"age": "x"}, clock.now().date())
        work.equality.put(answers)
        work.commit()
    with closing(sqlite3.connect(places.rasa_file)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS events (sender_id TEXT, data TEXT)")
        db.execute("INSERT INTO events VALUES (?, ?)", (made.id, CANARY))
    return made.id


def count(places: Places, table: sa.Table, conversation_id: str) -> int:
    column = table.c.id if table is t.conversations else table.c.conversation_id
    with places.engine.connect() as db:
        query = sa.select(sa.func.count()).select_from(table).where(column == conversation_id)
        return db.execute(query).scalar_one()


def rasa_knows(places: Places, conversation_id: str) -> bool:
    with closing(sqlite3.connect(places.rasa_file)) as db:
        query = "SELECT 1 FROM events WHERE sender_id = ?"
        return db.execute(query, (conversation_id,)).fetchone() is not None


def test_p1_words_go_first_then_the_records_and_fresh_ones_stay(places, logs):
    fresh, old, ancient = talk(places, 10), talk(places, 200), talk(places, 800)
    before = preview(places, logs, SCHEDULE, NOW)
    assert (before.words_of_conversations, before.whole_conversations) == (1, 1)
    assert count(places, t.messages, old) > 0, "looking changes nothing"
    assert clear_up(places, logs, SCHEDULE, NOW) == before
    assert count(places, t.messages, fresh) > 0 and rasa_knows(places, fresh)
    assert count(places, t.messages, old) == 0 and not rasa_knows(places, old)
    assert count(places, t.turn_records, old) == 1 and count(places, t.conversations, old) == 1
    assert count(places, t.conversations, ancient) == 0 and not rasa_knows(places, ancient)
    with places.engine.connect() as db:
        held = db.execute(t.conversations.select().where(t.conversations.c.id == old)).one()
    assert (held.address, held.token_hash, held.told) == (None, None, {})
    again = preview(places, logs, SCHEDULE, NOW)
    assert (again.words_of_conversations, again.whole_conversations) == (0, 0)


def test_p1_an_open_case_and_a_hold_keep_what_they_are_about(places, logs):
    waiting = talk(places, 800, "can i speak to a person please")
    kept = talk(places, 800)
    hold(places.engine, Hold(kept, NOW, "jones", "a complaint"))
    assert [h.conversation_id for h in holds(places.engine)] == [kept]
    due = clear_up(places, logs, SCHEDULE, NOW)
    assert (due.whole_conversations, due.held, due.open_cases) == (0, 1, 1)
    assert count(places, t.messages, waiting) > 0 and count(places, t.messages, kept) > 0
    assert release(places.engine, kept) and not release(places.engine, kept)
    assert clear_up(places, logs, SCHEDULE, NOW).whole_conversations == 1
    with pytest.raises(NothingToHold):
        hold(places.engine, Hold("nobody", NOW, "jones", "?"))


def test_p1_a_day_to_look_at_it_again_keeps_what_it_is_about(places, logs):
    made, other = (talk(places, 800, "can i speak to a person please") for _ in range(2))
    with places.engine.begin() as db:
        db.execute(t.handoffs.update().values(status="closed", contact={"phone": CANARY}))
        mine = t.handoffs.update().where(t.handoffs.c.conversation_id == made)
        db.execute(mine.values(follow_up_on=NOW.date()))
    assert clear_up(places, logs, SCHEDULE, NOW).whole_conversations == 1
    assert count(places, t.messages, made) > 0 and count(places, t.conversations, other) == 0
    with places.engine.connect() as db:
        (contact,) = db.execute(sa.select(t.handoffs.c.contact)).scalars()
    assert contact == {"phone": CANARY}
    assert clear_up(places, logs, SCHEDULE, NOW + timedelta(days=1)).whole_conversations == 1


def test_p1_a_reminder_still_to_be_sent_keeps_what_it_is_about(places, logs):
    made, other = talk(places, 200), talk(places, 200)
    reminder = {"id": "r-1", "kind": "reminder", "payload": {"conversation_id": made},
                "due": NOW + timedelta(days=20), "attempts": 0, "last_error": ""}  # fmt: skip
    with places.engine.begin() as db:
        db.execute(t.outbox.insert(), [reminder, {**reminder, "id": "r-2", "payload": {}}])
    assert clear_up(places, logs, SCHEDULE, NOW).words_of_conversations == 1
    assert count(places, t.messages, made) > 0 and count(places, t.messages, other) == 0
    with places.engine.begin() as db:
        held = db.execute(t.outbox.select().where(t.outbox.c.id == "r-1")).one()
        assert held.payload == {"conversation_id": made}
        db.execute(t.outbox.update().values(done_at=NOW))
    assert clear_up(places, logs, SCHEDULE, NOW).words_of_conversations == 1


def test_a_case_that_is_closed_keeps_what_the_audit_reads_and_not_what_was_told(places, logs):
    made = talk(places, 200, "can i speak to a person please")
    with places.engine.begin() as db:
        told = {
            "status": "closed",
            "note": CANARY,
            "contact": {"phone": CANARY},
            "summary": {"a": CANARY},
        }
        db.execute(t.handoffs.update().values(**told))
    clear_up(places, logs, SCHEDULE, NOW)
    with places.engine.connect() as db:
        case = db.execute(t.handoffs.select().where(t.handoffs.c.conversation_id == made)).one()
    assert (case.note, case.contact, case.summary) == ("", {}, {})
    assert case.team and case.reasons


def test_carried_parcels_answers_and_old_logs_go(places, logs):
    made = talk(places, 800)
    old, new = NOW - timedelta(days=31), NOW - timedelta(days=1)
    with places.engine.begin() as db:
        db.execute(t.outbox.delete())
        row = {"kind": "sms", "payload": {}, "due": old, "attempts": 1, "last_error": ""}
        for name, done in (("a", old), ("b", new), ("c", None)):
            db.execute(t.outbox.insert(), [{**row, "id": name, "done_at": done}])
    for name, when in (("fairway.log.1", old), ("fairway.log", new)):
        (logs / name).write_text("x")
        os.utime(logs / name, (when.timestamp(), when.timestamp()))
    due = clear_up(places, logs, SCHEDULE, NOW)
    assert (due.parcels, due.log_files, due.equality_answers) == (1, 1, 1)
    assert [path.name for path in logs.iterdir()] == ["fairway.log"]
    with places.engine.connect() as db:
        assert sorted(db.execute(sa.select(t.outbox.c.id)).scalars()) == ["b", "c"]
        assert db.execute(t.equality_answers.select()).first() is None
    assert count(places, t.conversations, made) == 0


@pytest.mark.parametrize("days", [31, 181])
def test_p1_texts_that_told_a_chats_news_are_found_long_after_they_were_sent(places, logs, days):
    sent = NOW - timedelta(days=days)
    parts = turn_parts(ScriptedAssistant(), SqlStore(places.engine), clock=StoppedClock(sent))
    web, _ = start_conversation(parts, Medium.WEB)
    with parts.store.begin() as work:
        told = {"reference": "R1", "service": "Pothole", "state": "done"}
        tell_citizen(parts, work, web.id, "case_changed", told, phone="+447700900123")
        work.commit()
    with places.engine.begin() as db:
        db.execute(t.outbox.update().values(done_at=sent))
        # The number wrote since, so that its words stay when those of the chat go.
        theirs = t.conversations.c.medium == "sms"
        db.execute(t.conversations.update().where(theirs).values(last_at=NOW))
    assert preview(places, logs, SCHEDULE, NOW).parcels == 0
    clear_up(places, logs, SCHEDULE, NOW)
    erase(places, [web.id])
    with places.engine.connect() as db:
        for table in (t.messages, t.conversations, t.outbox):
            assert db.execute(table.select()).first() is None, table.name


def test_p1_erasing_reaches_every_table_about_a_conversation(places):
    mine, theirs = talk(places, 1), talk(places, 1)
    erase(places, [mine])
    for table in tables_of_a_conversation():
        assert count(places, table, mine) == 0, table.name
    assert count(places, t.messages, theirs) > 0 and rasa_knows(places, theirs)
    assert not rasa_knows(places, mine)


def test_p1_erasing_leaves_a_hold_and_an_open_case_of_danger_whole(places):
    held, free = talk(places, 1), talk(places, 1, "can i speak to a person please")
    danger, over = (talk(places, 1, "i want to kill myself") for _ in range(2))
    passed_on = talk(places, 1, "can i speak to a person please")
    hold(places.engine, Hold(held, NOW, "jones", "a complaint"))
    c = t.handoffs.c
    with places.engine.begin() as db:
        db.execute(t.handoffs.update().where(c.conversation_id == over).values(status="closed"))
        was = t.handoffs.update().where(c.conversation_id == passed_on)
        db.execute(was.values(was_safeguarding=True))
    kept = erase(places, [held, free, danger, over, passed_on])
    assert kept == {held: Kept.HOLD, danger: Kept.DANGER, passed_on: Kept.DANGER}
    for one in (held, danger, passed_on):
        assert count(places, t.messages, one) > 1 and rasa_knows(places, one)
        assert count(places, t.turn_records, one) == 1
    for one in (free, over):
        assert count(places, t.conversations, one) == 0 and not rasa_knows(places, one)


def test_p1_a_closed_case_of_danger_stays_until_somebody_looked_again(places):
    danger = talk(places, 1, "i want to kill myself")
    other = talk(places, 1, "can i speak to a person please")
    row = t.handoffs.update()
    with places.engine.begin() as db:
        db.execute(row.values(status="closed", follow_up_on=(NOW + timedelta(days=3)).date()))
    assert erase(places, [danger, other]) == {danger: Kept.DANGER}
    assert count(places, t.messages, danger) > 1 and count(places, t.messages, other) == 0
    with places.engine.begin() as db:
        db.execute(row.values(follow_up_on=None))
    assert erase(places, [danger]) == {}
    assert count(places, t.messages, danger) == 0


def test_p1_danger_heard_by_who_has_the_case_already_keeps_it(places):
    """The case stays theirs, with the reasons it began with."""
    mine = talk(places, 1, "can i speak to a person please", "i want to kill myself")
    with places.engine.begin() as db:
        row = t.handoffs.update().where(t.handoffs.c.conversation_id == mine)
        db.execute(row.values(team="contact_centre", reasons=["citizen_asked_assisted"]))
    assert erase(places, [mine]) == {mine: Kept.DANGER}


def test_p1_texts_about_it_in_a_conversation_that_is_held_stay(places):
    parts = turn_parts(ScriptedAssistant(), SqlStore(places.engine), clock=StoppedClock(NOW))
    parts = replace(parts, new_id=lambda: os.urandom(8).hex())
    web, _ = start_conversation(parts, Medium.WEB)
    with parts.store.begin() as work:
        told = {"reference": "R1", "service": "Pothole", "state": "done"}
        tell_citizen(parts, work, web.id, "case_changed", told, phone="+447700900123")
        theirs = work.conversations.latest_at("447700900123")
        work.commit()
    hold(places.engine, Hold(theirs.id, NOW, "jones", "a complaint"))
    assert erase(places, [web.id]) == {}
    assert count(places, t.messages, theirs.id) == 1 and count(places, t.conversations, web.id) == 0


def test_p1_erasing_tells_the_data_platform_and_takes_back_what_still_waits(places):
    mine = talk(places, 1)
    platform = replace(places, platform_key="k")
    from channels.platform.events import EVENT, pseudonym

    waiting = {"schema": "fairway.turn.v1", "conversation": pseudonym(mine, "k")}
    with places.engine.begin() as db:
        db.execute(t.outbox.delete())
        db.execute(t.outbox.insert(), [{"id": "w", "kind": EVENT, "payload": waiting, "due": NOW,
                                        "attempts": 0, "last_error": ""}])  # fmt: skip
    erase(platform, [mine])
    with places.engine.connect() as db:
        (told,) = db.execute(sa.select(t.outbox.c.payload)).scalars()
    assert told["schema"] == "fairway.erased.v1"
    assert told["conversation"] == pseudonym(mine, "k")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("words: 1", "must have exactly"),
        ("[", "cannot be read"),
        (None, "write days"),
        ("later", "records must not go before words"),
    ],
)
def test_a_wrong_schedule_is_refused(tmp_path, text, says):
    good = (ROOT / "bot" / "retention.yml").read_text("utf-8")
    text = good.replace("words: 180", "words: 0") if text is None else text
    text = good.replace("records: 730", "records: 7") if text == "later" else text
    (path := tmp_path / "r.yml").write_text(text)
    with pytest.raises(BadFile, match=says):
        load_schedule(path)
