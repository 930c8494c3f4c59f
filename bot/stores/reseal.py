"""Seal with the newest key what is not sealed yet, or with an older one, while people talk.

A few rows a transaction, and never over what somebody changed meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.errors import FairwayError
from bot.stores import schema as t
from bot.stores.sealed_types import SealedJson, SealedText, keys_of
from bot.stores.sealing import SEALED, Keys

log = logging.getLogger(__name__)
AT_ONCE = 200
NOT_SEALED = ""
"""Counted under this name by ``held_with``."""


@dataclass(frozen=True)
class Resealed:
    """``sealed``: how many values. ``unreadable``: how many could not be opened, and stay."""

    sealed: int
    unreadable: int


def sealed_columns() -> list[sa.Column[Any]]:
    """Every column that is sealed."""
    return [
        column
        for table in t.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedText | SealedJson)
    ]


def reseal(engine: sa.Engine, at_once: int = AT_ONCE) -> Resealed:
    """Bring every value under the newest key; without one, nothing is done."""
    keys, done, unreadable = keys_of(engine.dialect), 0, 0
    if keys is None or keys.newest is None:
        return Resealed(0, 0)
    for column in sealed_columns():
        for sealed, failed in _column(engine, column, keys, keys.newest.id, at_once):
            done, unreadable = done + sealed, unreadable + failed
    return Resealed(done, unreadable)


def held_with(engine: sa.Engine) -> Counter[str]:
    """How many values are sealed with which key (its id)."""
    found: Counter[str] = Counter()
    with engine.connect() as db:
        for column in sealed_columns():
            raw = _raw(column)
            begins = sa.select(sa.func.substr(raw, 1, _ENOUGH))
            held = begins.where(column.is_not(None), raw.not_in(_EMPTY))
            found.update(_key_of(value) for value in db.execute(held).scalars())
        db.rollback()
    return found


_EMPTY = ("", "{}", "[]", "null", '""')
_ENOUGH = 60
"""Characters that tell with which key a value is sealed."""


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """What the table holds, not opened; JSON as its text."""
    return sa.cast(column, sa.Text)


def _key_of(raw: str) -> str:
    text = raw.lstrip('"')
    return text.split(":", 2)[1] if text.startswith(SEALED) else NOT_SEALED


def _column(
    engine: sa.Engine, column: sa.Column[Any], keys: Keys, key_id: str, at_once: int
) -> Iterator[tuple[int, int]]:
    """How many were sealed and how many could not be opened, transaction by transaction."""
    after: Any = None
    while True:
        with engine.begin() as db:
            rows = db.execute(_others(column, key_id, after, at_once)).all()
            changed = [_row(db, column, keys, *row) for row in rows]
        yield changed.count(True), changed.count(None)
        if len(rows) < at_once:
            return
        after = rows[-1][0]


def _others(column: sa.Column[Any], key_id: str, after: Any, at_once: int) -> sa.Select[Any]:
    """Rows after ``after`` whose value is not sealed with this key: their place and the value."""
    raw, place = _raw(column), _place(column)
    quote = '"' if isinstance(column.type, SealedJson) else ""
    found: sa.Select[Any] = sa.select(place, raw).where(
        column.is_not(None),
        raw.not_in(_EMPTY),
        sa.not_(raw.startswith(f"{quote}{SEALED}{key_id}:", autoescape=True)),
    )
    if after is not None:
        found = found.where(place > after)
    # The lock is ignored by SQLite, which has one writer.
    return found.order_by(place).limit(at_once).with_for_update(skip_locked=True)


def _place(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The row's key, as the table holds it."""
    key = next(iter(column.table.primary_key))
    return sa.type_coerce(key, sa.String) if isinstance(key.type, SealedText) else key


def _row(
    db: sa.Connection, column: sa.Column[Any], keys: Keys, place: Any, raw: str
) -> bool | None:
    """Whether the value is sealed anew; False: somebody changed it; None: it does not open."""
    kind = column.type
    assert isinstance(kind, SealedText | SealedJson)
    try:
        value = kind.opened(json.loads(raw) if isinstance(kind, SealedJson) else raw, keys)
    except FairwayError as error:
        log.error("%s cannot be sealed anew: %s", column, type(error).__name__)
        return None
    change = sa.update(column.table).where(_place(column) == place, _raw(column) == raw)
    return db.execute(change.values({column.name: value})).rowcount == 1
