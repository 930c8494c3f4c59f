"""Rows as JSON Lines: one object a line, its keys in order, the same on every database.

Times are ISO 8601 in UTC, days ISO 8601, bytes base64.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.stores import schema as t
from channels.privacy.erase import RASA_SCHEMA

AT_ONCE = 1000
Row = Mapping[str, Any]


@dataclass
class Sum:
    """Counts and hashes lines as they pass."""

    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, line: bytes) -> bytes:
        self.rows += 1
        self.digest.update(line)
        return line

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.digest.hexdigest()}


def tables() -> list[sa.Table]:
    """Every table of Fairway's, those that others point at first."""
    return list(t.metadata.sorted_tables)


def rasa_events(schema: str | None) -> sa.Table:
    """Rasa's own table, as Rasa makes it; in ``schema`` where it shares Fairway's database."""
    return sa.Table(
        "events",
        sa.MetaData(schema=schema),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sender_id", sa.String(255), nullable=False, index=True),
        sa.Column("type_name", sa.String(255), nullable=False),
        sa.Column("timestamp", sa.Float),
        sa.Column("intent_name", sa.String(255)),
        sa.Column("action_name", sa.String(255)),
        sa.Column("data", sa.Text),
    )


def rasa_place(database: sa.Engine, rasa_file: Path) -> tuple[sa.Engine, sa.Table]:
    """Where Rasa keeps its events: an engine and the table on it."""
    if database.dialect.name == "postgresql":
        return database, rasa_events(RASA_SCHEMA)
    url = f"sqlite:///{rasa_file}"
    # No error shows what citizens said.
    return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True), rasa_events(None)


def lines_of(db: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    """Every row of a table as a line, in the order of its key."""
    query = table.select().order_by(*table.primary_key.columns)
    found = db.execution_options(yield_per=AT_ONCE).execute(query)
    for row in found.mappings():
        yield to_line(dict(row))


def to_line(row: Row) -> bytes:
    """A row as a line of UTF-8."""
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def from_line(line: bytes, table: sa.Table) -> dict[str, Any]:
    """A line as a row of ``table``. Raises ValueError, KeyError when it is none."""
    held = json.loads(line)
    return {column.name: _typed(held[column.name], column.type) for column in table.columns}


def put(db: sa.Connection, table: sa.Table, lines: Iterable[bytes]) -> None:
    """Insert lines into a table, many at a time, and let its numbers go on after them."""
    waiting: list[dict[str, Any]] = []
    for line in lines:
        waiting.append(from_line(line, table))
        if len(waiting) == AT_ONCE:
            db.execute(table.insert(), waiting)
            waiting = []
    if waiting:
        db.execute(table.insert(), waiting)
    _go_on_counting(db, table)


def _go_on_counting(db: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL's sequences do not notice rows that bring their number along."""
    column = table.autoincrement_column
    if column is None or db.dialect.name != "postgresql":
        return
    highest = db.execute(sa.select(sa.func.max(column))).scalar_one()
    if highest is not None:
        sequence = sa.func.pg_get_serial_sequence(table.fullname, column.name)
        db.execute(sa.select(sa.func.setval(sequence, highest)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, t.UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return b64decode(value) if isinstance(kind, sa.LargeBinary) else value
