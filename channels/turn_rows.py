"""Turn records of a time, read in one go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.stores import schema as t
from bot.turn_record import TurnRecord

_LISTS = ("barriers", "adjustments", "route_reasons", "route_alternatives")


def records_since(db: sa.Connection, since: datetime) -> Iterator[TurnRecord]:
    """Every turn record made since (UTC)."""
    query = t.turn_records.select().where(t.turn_records.c.at >= since)
    for row in db.execute(query).mappings():
        values: dict[str, Any] = dict(row)
        yield TurnRecord(**values | {name: tuple(values[name]) for name in _LISTS})
