"""P1: everything out in open formats and in elsewhere: nothing is changed on the way."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.equality import AnswerSheet, link_of
from bot.message import Medium
from bot.ports import Parcel
from bot.stores import schema as t
from bot.stores.engine import migrate
from bot.stores.sql import SqlStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from channels.database import open_database
from channels.portable import read_in, write_out
from channels.portable.read_in import SEEDED, ExportUnusable, NotEmpty, RasaNotEmpty
from channels.portable.rows import tables
from channels.portable.write_out import ExportInTheWay, sums
from channels.settings import load_settings
from tests.servers import postgres_database
from tests.turn_kit import START, ScriptedAssistant, turn_parts

WORDS = "ŵy £5 — “quoted” \u202etfel\u202c 🙂\nsecond line\ttab \\ back"


def fill(engine: sa.Engine, home, key: str) -> None:
    """Something in every table there is."""
    parts = turn_parts(ScriptedAssistant(), SqlStore(engine))
    made, _ = start_conversation(parts, Medium.SMS, "cy", address="447700900461")
    handle_turn(parts, take_in(parts, made.id, WORDS, "c1").message)
    handle_turn(parts, take_in(parts, made.id, "can i speak to a person please").message)
    with parts.store.begin() as work:
        work.sms_numbers.opt_out("447700900462", START)
        work.outbox.put(Parcel("p", "watch", {"conversation_id": made.id, "n": 1.5}), START)
        sheet = AnswerSheet(link_of(made.id, key), "test", {"age": "35_44"}, START.date())
        work.equality.put(sheet)
        work.commit()
    with engine.begin() as db:
        for table in tables():
            if not db.execute(sa.select(sa.literal(1)).select_from(table)).first():
                db.execute(table.insert(), [_any_row(table, made.id)])
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(home / "rasa.db")) as db, db:
            db.execute(
                "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, "
                "type_name VARCHAR(255) NOT NULL, timestamp FLOAT, intent_name VARCHAR(255), "
                "action_name VARCHAR(255), data TEXT)"
            )
            db.execute("INSERT INTO events VALUES (7, ?, 'user', 1.25, 'greet', NULL, ?)",
                       (made.id, json.dumps({"text": WORDS})))  # fmt: skip


def _any_row(table: sa.Table, conversation_id: str) -> dict:
    values = {
        sa.String: "x", sa.Text: WORDS, sa.Integer: 3, sa.Float: 0.1, sa.Boolean: True,
        sa.JSON: {"a": [1, None, "ŵ"]}, sa.LargeBinary: bytes(range(256)), sa.Date: START.date(),
        t.UtcDateTime: START, t.SealedText: "447700900461",
    }  # fmt: skip
    row = {}
    for column in table.columns:
        kind = next(k for k in (sa.Text, *values) if isinstance(column.type, k))
        row[column.name] = values[kind]
    if "conversation_id" in row:
        row["conversation_id"] = conversation_id
    if "staff_id" in row:
        row["staff_id"] = "x"
    return row


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path):
    home = tmp_path / "elsewhere"
    if request.param == "sqlite":
        yield from _opened(home, f"sqlite:///{tmp_path / 'elsewhere.db'}")
        return
    with postgres_database() as url:
        yield from _opened(home, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request, tmp_path):
    home = tmp_path / "here"
    if request.param == "sqlite":
        yield from _opened(home, f"sqlite:///{tmp_path / 'here.db'}")
        return
    with postgres_database() as url:
        yield from _opened(home, url)


def _opened(home, url):
    migrate(url)
    settings = load_settings({"FAIRWAY_HOME": str(home), "FAIRWAY_DATABASE_URL": url})
    engine = open_database(settings)  # each home has keys of its own
    yield settings, engine
    engine.dispose()


@pytest.fixture
def exported(source, tmp_path):
    settings, engine = source
    fill(engine, settings.home, settings.secrets.equality_key)
    (settings.home / "reports" / "one").mkdir(parents=True)
    (settings.home / "reports" / "one" / "report.json").write_bytes(b'{"a": 1}\r\n')
    folder = tmp_path / "out"
    write_out(settings, engine, folder, secrets=True)
    return folder


def test_p1_out_and_in_again_nothing_is_changed(source, target, exported, tmp_path):
    there, engine = target
    read_in(there, engine, exported)
    assert sums(there, engine) == sums(*source)
    assert all(held["rows"] for name, held in sums(there, engine).items() if name != "rasa_events")
    again = tmp_path / "again"
    write_out(there, engine, again, secrets=True)
    for path in exported.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert (again / path.relative_to(exported)).read_bytes() == path.read_bytes(), path
    with engine.connect() as db:
        assert_sealed(db, "447700900461")
        assert WORDS in db.execute(sa.select(t.feedback.c.comment)).scalars().all()
    parts = turn_parts(ScriptedAssistant(), SqlStore(engine), new_id=iter("abcdefghijk").__next__)
    later, _ = start_conversation(parts, Medium.WEB)
    assert handle_turn(parts, take_in(parts, later.id, "it goes on").message)


def assert_sealed(db: sa.Connection, number: str) -> None:
    """The number is there, and nobody who only has the tables can read it."""
    held = db.execute(sa.text("SELECT address FROM conversations")).scalars().all()
    assert held and all(one.startswith("sealed:") for one in held if one)
    query = sa.select(t.conversations.c.address)
    assert number in db.execute(query).scalars().all()


def test_every_table_is_written_out(exported):
    names = {path.stem for path in (exported / "tables").glob("*.jsonl")}
    assert names == {table.name for table in tables()} | {"rasa_events"}
    for path in exported.rglob("*.jsonl"):
        assert path.stat().st_mode & 0o077 == 0


def test_what_was_changed_on_the_way_is_refused(target, exported):
    path = exported / "tables" / "messages.jsonl"
    path.write_bytes(path.read_bytes().replace(b"person", b"parson"))
    with pytest.raises(ExportUnusable, match=r"messages\.jsonl was changed"):
        read_in(*target, exported)
    assert sums(*target)["messages"]["rows"] == 0


MADE_HERE = {
    "policy/own.yml": "version: ours-1\n",
    "policy/own.base": "abc",
    "policy/gate.jsonl": '{"overruled": {"by": "jones", "reason": "flood"}}\n',
    "policy/versions/0123.yml": "version: ours-0\n",
    "services/allotments.yml": "id: allotments\n",
    "phrases/en.yml": "nlu: []\n",
    "models/gate.jsonl": '{"model": "fairway-1.tar.gz", "live": true}\n',
}


def test_what_service_managers_made_comes_along(source, target, tmp_path):
    for name, text in MADE_HERE.items():
        path = source[0].home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (source[0].home / "policy" / ".own.yml.7.new").write_text("half a fi")
    (source[0].home / "models" / "fairway-1.tar.gz").write_text("a model")
    write_out(*source, tmp_path / "out", secrets=False)
    manifest = read_in(*target, tmp_path / "out")
    assert set(manifest["files"]) == set(MADE_HERE)  # so a hash covers each
    for name, text in MADE_HERE.items():
        assert (target[0].home / name).read_text("utf-8") == text, name


def test_files_that_would_land_elsewhere_are_refused(target, exported):
    manifest = json.loads((exported / "manifest.json").read_text())
    for name in ("/etc/motd", "../tables/staff.jsonl", "policy/../x", "fairway.db", "policy"):
        manifest["files"] = {name: "0"}
        (exported / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(ExportUnusable, match="not inside"):
            read_in(*target, exported)


def test_a_missing_file_and_one_outside_are_refused(target, exported):
    (exported / "tables" / "staff.jsonl").unlink()
    with pytest.raises(ExportUnusable, match=r"staff\.jsonl is missing"):
        read_in(*target, exported)
    manifest = json.loads((exported / "manifest.json").read_text())
    manifest["tables"]["staff"] = manifest["tables"]["messages"]
    manifest["files"]["../../manifest.json"] = "0"
    (exported / "tables" / "staff.jsonl").write_bytes(
        (exported / "tables" / "messages.jsonl").read_bytes()
    )
    (exported / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ExportUnusable, match="not inside"):
        read_in(*target, exported)


def test_nothing_is_read_into_a_database_in_use(source, exported):
    with pytest.raises(NotEmpty):
        read_in(*source, exported)


@pytest.mark.parametrize("target", ["sqlite"], indirect=True)
def test_rasas_file_in_use_stops_it_before_anything_is_written(target, exported):
    settings, engine = target
    with closing(sqlite3.connect(settings.home / "rasa.db")) as db, db:
        db.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255))")
        db.execute("INSERT INTO events VALUES (7, 'somebody')")
    before = dict_of_files(settings.home)
    with pytest.raises(RasaNotEmpty, match="Rasa has conversations"):
        read_in(settings, engine, exported)
    assert dict_of_files(settings.home) == before
    with engine.connect() as db:
        assert not db.execute(t.conversations.select()).first()
    (settings.home / "rasa.db").unlink()
    read_in(settings, engine, exported)  # nothing of the first time is in the way


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", ["sqlite"], indirect=True)
def test_an_import_cut_off_between_its_two_files_goes_on(source, target, exported):
    settings, engine = target

    def cut_off(_connection) -> None:
        raise KeyboardInterrupt

    sa.event.listen(engine, "commit", cut_off)
    with pytest.raises(KeyboardInterrupt):
        read_in(settings, engine, exported)
    sa.event.remove(engine, "commit", cut_off)
    assert sums(settings, engine)["rasa_events"]["rows"] == 1, "Rasa's file was ended first"
    assert all(n == "rasa_events" or not held["rows"]
               for n, held in sums_but_seeded(settings, engine).items())  # fmt: skip
    read_in(settings, engine, exported)
    assert sums(settings, engine) == sums(*source)


@pytest.mark.parametrize("target", ["sqlite"], indirect=True)
def test_rows_of_rasas_that_are_not_the_exports_still_stop_it(target, exported):
    settings, engine = target
    with closing(sqlite3.connect(settings.home / "rasa.db")) as db, db:
        db.execute(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, type_name TEXT, "
            "timestamp FLOAT, intent_name TEXT, action_name TEXT, data TEXT)"
        )
        db.execute("INSERT INTO events VALUES (7, 'somebody', 'user', 1.25, 'greet', NULL, '{}')")
    with pytest.raises(RasaNotEmpty, match="cut off"):
        read_in(settings, engine, exported)


def test_what_is_not_the_same_read_back_never_counts(target, exported):
    """The manifest says one row too many, as if one had been lost on the way."""
    manifest = json.loads((exported / "manifest.json").read_text())
    wanted = manifest["tables"]["messages"]["rows"]
    manifest["tables"]["messages"]["rows"] += 1
    (exported / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ExportUnusable, match="not the same: messages"):
        read_in(*target, exported)
    assert all(held["rows"] == 0 for held in sums_but_seeded(*target).values())
    manifest["tables"]["messages"]["rows"] = wanted
    (exported / "manifest.json").write_text(json.dumps(manifest))
    read_in(*target, exported)


def test_rows_that_do_not_go_together_are_not_quoted(target, exported):
    """A line twice: the same number again, with a hash that fits."""
    path = exported / "tables" / "messages.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    manifest = json.loads((exported / "manifest.json").read_text())
    manifest["tables"]["messages"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (exported / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ExportUnusable) as caught:
        read_in(*target, exported)
    assert str(caught.value) == "Its rows cannot be read: IntegrityError."
    assert WORDS not in str(caught.value.__cause__)
    assert all(held["rows"] == 0 for held in sums_but_seeded(*target).values())


def sums_but_seeded(settings, engine) -> dict:
    seeded = {table.name for table in SEEDED}
    return {name: held for name, held in sums(settings, engine).items() if name not in seeded}


def dict_of_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_nothing_is_written_over(source, exported):
    with pytest.raises(ExportInTheWay):
        write_out(*source, exported, secrets=False)
