"""Contact details are sealed at rest, on SQLite and PostgreSQL: written, found, sealed anew."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.conversation import Conversation
from bot.handoff import Handoff
from bot.message import Medium
from bot.stores import schema as t
from bot.stores.engine import migrate, open_engine
from bot.stores.reseal import NOT_SEALED, held_with, reseal, sealed_columns
from bot.stores.sealed_types import use_keys
from bot.stores.sealing import HeldKeys, Key, KeyMissing, SealBroken
from bot.stores.staff_sql import SqlStaffStore
from channels.sms.sms_log import SentText, SmsLog
from tests.desk_kit import staff
from tests.servers import migrated_database
from tests.turn_kit import START

OLD, NEW = Key("0ld00000", bytes(range(64))), Key("new00000", bytes(range(64, 128)))
NUMBER, SECRET = "447700900461", "JBSWY3DPEHPK3PXP"
CONTACT = {"name": "Zebedee Quillfeather", "email": "zebedee.q@canary.example", "phone": NUMBER}
CANARIES = (NUMBER, SECRET, "Zebedee", "canary.example", "17 Kumquat")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        migrate(url := f"sqlite:///{tmp_path / 's.db'}")
        made = open_engine(url)
        yield made
        made.dispose()
        return
    with migrated_database() as url:
        made = open_engine(url)
        yield made
        made.dispose()


def talk(name: str = "c1", address: str | None = NUMBER) -> Conversation:
    told = {"Your address": "17 Kumquat Terrace"}
    return Conversation(name, Medium.SMS, START, START, "en", address=address, told=told)


def case(of: Conversation) -> Handoff:
    return Handoff(f"h-{of.id}", of.id, "waste", "routine", "call_back", (), START,
                   summary=dict(of.told), contact=CONTACT)  # fmt: skip


def write(engine: sa.Engine, name: str = "c1") -> None:
    """One of everything that is sealed."""
    with SqlStaffStore(engine).begin() as work:
        work.conversations.add(made := talk(name))
        work.handoffs.add(case(made))
        work.staff.add(staff(f"asha-{name}", totp_secret=SECRET))
        work.sms_numbers.opt_out(NUMBER, START)
        work.commit()
    sent = SentText(f"r-{name}", NUMBER, "hello", "log", f"p-{name}", "sent", START, name)
    SmsLog(engine).add(sent)


def check(engine: sa.Engine, *names: str) -> None:
    """Everything reads as it was written, and is found by its number."""
    with SqlStaffStore(engine).begin() as work:
        assert sorted(c.id for c in work.conversations.all_at(NUMBER)) == sorted(names)
        assert work.conversations.all_at("447700900462") == []
        assert work.sms_numbers.opted_out(NUMBER)
        for name in names:
            assert work.conversations.get(name) == talk(name)
            assert work.handoffs.get(f"h-{name}") == case(talk(name))
            held = work.staff.named(f"asha-{name}")
            assert held is not None and held.totp_secret == SECRET
    assert len(SmsLog(engine).of(NUMBER)) == len(names)


def as_held(engine: sa.Engine) -> str:
    """Every row of every table as somebody sees it who has the database and nothing else."""
    with engine.connect() as db:
        names = [table.name for table in t.metadata.sorted_tables]
        rows = [db.execute(sa.text(f"SELECT * FROM {name}")).all() for name in names]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_p1_what_is_written_is_sealed_and_reads_and_is_found_as_before(engine):
    use_keys(engine, HeldKeys((OLD,), OLD))
    write(engine)
    check(engine, "c1")
    assert not [one for one in CANARIES if one in as_held(engine)]
    assert set(held_with(engine)) == {OLD.id}
    assert sum(held_with(engine).values()) == len(sealed_columns())


def test_what_was_written_before_there_was_a_key_is_read_found_and_sealed_later(engine):
    use_keys(engine, HeldKeys((OLD,)))  # a key whose hour has not come
    write(engine)
    assert [one for one in CANARIES if one not in as_held(engine)] == []
    assert set(held_with(engine)) == {NOT_SEALED}
    assert reseal(engine).sealed == 0
    use_keys(engine, HeldKeys((OLD,), OLD))
    check(engine, "c1")
    write(engine, "c2")  # its STOP takes the place of the one that is not sealed
    check(engine, "c1", "c2")
    done = reseal(engine, at_once=1)
    assert (done.sealed, done.unreadable) == (len(sealed_columns()) - 1, 0)
    assert not [one for one in CANARIES if one in as_held(engine)]
    check(engine, "c1", "c2")
    assert reseal(engine).sealed == 0


def test_a_key_is_changed_while_everything_is_there(engine):
    use_keys(engine, HeldKeys((OLD,), OLD))
    write(engine)
    use_keys(engine, HeldKeys((OLD, NEW), NEW))
    check(engine, "c1")
    write(engine, "c2")
    check(engine, "c1", "c2")
    assert reseal(engine, at_once=1).unreadable == 0
    assert set(held_with(engine)) == {NEW.id}
    use_keys(engine, HeldKeys((NEW,), NEW))  # the old one is dropped
    check(engine, "c1", "c2")


@pytest.mark.parametrize("first", [None, OLD])
def test_start_ends_a_stop_that_was_said_under_another_key(engine, first):
    use_keys(engine, HeldKeys((OLD, NEW), first))
    store = SqlStaffStore(engine)
    with store.begin() as work:
        work.sms_numbers.opt_out(NUMBER, START)
        work.commit()
    use_keys(engine, HeldKeys((OLD, NEW), NEW))
    with store.begin() as work:
        assert work.sms_numbers.opted_out(NUMBER)
        work.sms_numbers.opt_in(NUMBER)
        assert not work.sms_numbers.opted_out(NUMBER)


def test_without_the_key_nothing_is_read_and_nothing_lost(engine):
    use_keys(engine, HeldKeys((OLD,), OLD))
    write(engine)
    for keys in (None, HeldKeys(), HeldKeys((NEW,), NEW)):
        use_keys(engine, keys)
        with SqlStaffStore(engine).begin() as work, pytest.raises(KeyMissing):
            work.conversations.get("c1")
    done = reseal(engine)
    assert (done.sealed, done.unreadable) == (0, len(sealed_columns()))
    use_keys(engine, HeldKeys((OLD,), OLD))
    check(engine, "c1")


def test_a_sealed_value_cannot_be_moved_to_another_column_or_changed(engine):
    use_keys(engine, HeldKeys((OLD,), OLD))
    write(engine)
    for change in (
        "UPDATE handoffs SET summary = contact",
        "UPDATE conversations SET address = (SELECT address FROM sms_log)",
    ):
        with engine.connect() as db, pytest.raises(SealBroken):
            db.execute(sa.text(change))
            db.execute(t.handoffs.select()).all(), db.execute(t.conversations.select()).all()


def test_what_changes_while_it_is_sealed_anew_is_not_undone(engine):
    use_keys(engine, HeldKeys((OLD,)))
    store = SqlStaffStore(engine)
    with store.begin() as work:
        for n in range(60):
            work.conversations.add(talk(f"c{n:02}"))
        work.commit()
    use_keys(engine, HeldKeys((OLD,), OLD))
    begun = threading.Event()

    def people_talk() -> None:
        for n in range(59, -1, -1):
            with store.begin() as work:
                work.conversations.save(replace(talk(f"c{n:02}"), told={"n": n}))
                work.commit()
            begun.set()

    talking = threading.Thread(target=people_talk)
    talking.start()
    assert begun.wait(60)
    reseal(engine, at_once=3)
    talking.join()
    reseal(engine)
    assert set(held_with(engine)) == {OLD.id}
    with store.begin() as work:
        held = {c.id: c.told for c in work.conversations.all_at(NUMBER)}
    assert held == {f"c{n:02}": {"n": n} for n in range(60)}


def test_every_sealed_column_is_in_the_decision_and_the_other_way_round():
    page = Path(__file__).parents[2] / "docs/decisions/0033-contact-details-are-sealed.md"
    told = re.findall(r"^\| `(\w+\.\w+)` \|.*\| (yes|no) \|$", page.read_text("utf-8"), re.M)
    assert dict(told) == {
        f"{column.table.name}.{column.name}": "yes"
        if column.type.__dict__.get("findable")
        else "no"
        for column in sealed_columns()
    }
    assert all(column.type.place == str(column) for column in sealed_columns())


def test_what_tells_nothing_is_left_as_it_is(engine):
    use_keys(engine, HeldKeys((OLD,), OLD))
    with SqlStaffStore(engine).begin() as work:
        work.conversations.add(replace(talk(address=None), told={}))
        work.commit()
        assert work.conversations.get("c1") == replace(talk(address=None), told={})
    assert held_with(engine) == {}


def test_a_sealed_column_is_never_compared_as_if_it_were_not(engine):
    with pytest.raises(TypeError, match="is_held_as"):
        t.conversations.select().where(t.conversations.c.address == NUMBER)
    with pytest.raises(TypeError, match="is_held_as"):
        t.sms_log.select().where(t.sms_log.c.address.in_([NUMBER]))
