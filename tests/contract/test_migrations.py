"""The tables, from every version there was to the newest, with rows in them, on both databases."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.stores import schema as t
from bot.stores.engine import _alembic, head_revision, migrate, open_engine
from tests.servers import postgres_database

REVISIONS = [s.revision for s in ScriptDirectory.from_config(_alembic()).walk_revisions()][::-1]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VALUES = {
    sa.JSON: {}, sa.Boolean: False, sa.DateTime: NOW, sa.Date: date(2026, 11, 23), sa.Integer: 1,
    sa.Float: 0.5, sa.LargeBinary: b"x", sa.String: "x", sa.Text: "x",
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    with postgres_database() as made:
        yield made


def upgrade_to(url: str, revision: str) -> None:
    config = _alembic()
    config.attributes["url"] = url
    command.upgrade(config, revision)


def fill(engine: sa.Engine) -> dict[str, int]:
    """A row in every table as it was then; how many rows each has."""
    held = sa.MetaData()
    held.reflect(engine)
    counts = {}
    for table in held.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = {}
        for column in table.columns:
            kind = next((k for k in VALUES if isinstance(column.type, k)), sa.String)
            is_json = column.name in JSON_NAMES and not isinstance(column.type, sa.Boolean)
            row[column.name] = [] if is_json else VALUES[kind]
        with engine.begin() as db:
            if db.execute(sa.select(sa.literal(1)).select_from(table)).first():
                counts[table.name] = 1  # made with a row in it
                continue
            db.execute(table.insert(), [row])
            counts[table.name] = 1
    return counts


JSON_NAMES = {
    column.name
    for table in t.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.JSON)
}


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_version_with_rows_to_the_newest(url, revision):
    upgrade_to(url, revision)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    counts = fill(engine)
    migrate(url)
    with engine.connect() as db:
        for name, count in counts.items():
            query = sa.select(sa.func.count()).select_from(sa.table(name))
            assert db.execute(query).scalar_one() == count, name
        held = db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    assert held == head_revision()


def test_no_hash_that_could_be_guessed_from_is_left(url):
    upgrade_to(url, "0012")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    fill(engine)
    migrate(url)
    with engine.connect() as db:
        held = db.execute(sa.text("SELECT key, asked FROM api_calls")).all()
    assert [tuple(row) for row in held] == [("x", "")]


ONCE_SAFEGUARDING = {
    "through": (["citizen_asked_person"], ["safeguarding", "highways"], True),
    "from": (["safety_abuse"], ["highways"], True),
    "never": (["citizen_asked_person"], ["highways", "bryn"], False),
    "stayed": (["safety_abuse"], [], False),
}
"""Case → its reasons, to whom it was passed, and whether it was safeguarding's and is no more."""


def test_s9_cases_passed_away_from_safeguarding_before_stay_guarded(url):
    upgrade_to(url, "0013")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    fill(engine)
    held = sa.MetaData()
    held.reflect(engine)
    with engine.begin() as db:
        (case,) = db.execute(held.tables["handoffs"].select()).mappings()
        (entry,) = db.execute(held.tables["staff_log"].select()).mappings()
        place = entry["seq"]
        for name, (reasons, passed, _) in ONCE_SAFEGUARDING.items():
            row = {**case, "id": name, "reasons": reasons, "status": "closed"}
            db.execute(held.tables["handoffs"].insert(), [row])
            for to in passed:
                place += 1
                told = {"action": "case_passed_on", "subject": name, "detail": {"to": to}}
                told |= {"seq": place, "place": place}
                db.execute(
                    held.tables["staff_log"].insert(),
                    [{**entry, **told}],
                )
    migrate(url)
    with engine.connect() as db:
        found = db.execute(sa.text("SELECT id, was_safeguarding FROM handoffs")).all()
    were = {name: bool(was) for name, was in found if name in ONCE_SAFEGUARDING}
    assert were == {name: was for name, (*_, was) in ONCE_SAFEGUARDING.items()}


def test_the_newest_tables_are_those_the_code_works_with(url):
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        found = [d for d in compare_metadata(context, t.metadata) if not _is_only_a_name(d)]
        db.rollback()
    engine.dispose()
    assert found == []


def _is_only_a_name(difference: object) -> bool:
    """SQLite keeps no names of constraints that a column brings along."""
    return isinstance(difference, tuple) and str(difference[0]).endswith("_constraint")


def test_processes_that_start_at_once_migrate_once(url):
    if url.startswith("sqlite"):
        migrate(url)  # one process makes a new SQLite file: `fairway up` allows no second
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        assert list(pool.map(migrate, [url] * 4)) == [None] * 4
