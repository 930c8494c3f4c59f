"""P1: who asks what is held about them is shown every table, and every column but those named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.stores import schema as t
from bot.stores.engine import migrate
from channels.database import open_database
from channels.privacy.erase import tables_of_a_conversation
from channels.settings import load_settings
from channels.web.own_data import LEFT_OUT, own_data
from tests.contract.test_portable import fill
from tests.turn_kit import START


@pytest.fixture
def held(tmp_path: Path):
    """What is shown of a conversation with a row in every table."""
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path)})
    migrate(settings.database_url)
    engine = open_database(settings)
    fill(engine, tmp_path, settings.secrets.equality_key)
    with engine.begin() as db:
        db.execute(t.handoffs.update().values(follow_up_on=START.date()))
        mine = db.execute(sa.select(t.holds.c.conversation_id)).scalar_one()
    yield own_data(engine, mine)
    engine.dispose()


@pytest.mark.parametrize("table", tables_of_a_conversation(), ids=lambda table: str(table.name))
def test_p1_every_column_of_every_table_is_shown_or_named(held, table: sa.Table) -> None:
    left_out = {name.partition(".")[2] for name in LEFT_OUT if name.startswith(f"{table.name}.")}
    assert held[table.name], "nothing is shown of it"
    assert set(held[table.name][0]) == {column.name for column in table.columns} - left_out


def test_it_can_be_handed_over_as_a_file(held) -> None:
    """A day to look at a case again is a date, which JSON has no word for."""
    assert START.date().isoformat() in json.dumps(held["handoffs"])


def test_what_opens_a_conversation_is_never_shown() -> None:
    tables = [t.conversations, *tables_of_a_conversation()]
    names = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    secret = {name for name in names if any(w in name for w in ("hash", "token", "secret"))}
    assert secret <= set(LEFT_OUT) <= names


def test_why_somebody_keeps_it_is_not_told(held) -> None:
    """A hold can stand for a complaint about the citizen, or for an inquiry they must not know."""
    assert set(held["holds"][0]) == {"conversation_id", "since"}
