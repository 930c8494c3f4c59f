"""Fairway's own database as units to audit. Read only: nothing is ever written or locked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import inf
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Subquery, select

from bot.need_codes import NeedCode
from fairness.agreement import agreement_notes
from fairness.areas import Areas, read_areas, with_areas
from fairness.conversations import COUNT, FLAGS, units_of
from fairness.equality_answers import answer_notes, groups_of, questions, read_sheets
from fairness.errors import DatabaseUnreadable, NothingToAudit
from fairness.reading import reading
from fairness.records import Source, Units
from fairness.sql_counts import (
    Tables,
    Window,
    about,
    changed,
    codes,
    counts_of,
    each_conversation,
    kept_columns,
    versions,
)

GROUPS = ("language", "medium", "service", "asked_channel", "policy_version", "model_version")
"""What conversations can be grouped by, and looked at within."""
AT_A_TIME = 20_000
"""Conversations held at once where their groups are joined here and not in the database."""


def read_database(
    url: str,
    groups: tuple[str, ...],
    within: str | None,
    *,
    since: date | None = None,
    until: date | None = None,
    equality_key: str = "",
    areas: Areas | None = None,
    inputs: tuple[str, ...] = (),
) -> Units:
    """The conversations that began in the window: ``since`` up to, not including, ``until`` (UTC).

    They are counted in the database. ``groups`` may name questions of the equality schemes, and
    measures of ``areas`` (the IMD decile unless said); joining answers takes ``equality_key``.
    Raises DatabaseUnreadable, and NothingToAudit when no conversation began in the window.
    """
    areas = areas or read_areas()
    named = tuple(dict.fromkeys((*groups, *((within,) if within else ()))))
    check_names(named, equality_key, areas)
    with reading(url) as connection:
        tables, window = Tables(connection), Window(since, until)
        _check_tables(tables)
        join = Joins(named, equality_key, areas, inputs)
        return _units(connection, tables, window, groups, within, join)


@dataclass(frozen=True)
class Joins:
    """What is joined to conversations beside their columns. ``named``: every group asked for;
    ``inputs``: what a learned estimate may see."""

    named: tuple[str, ...]
    key: str
    areas: Areas
    inputs: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """Questions of the equality schemes."""
        return tuple(n for n in self.named if n in questions() and n not in GROUPS)

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of areas."""
        return tuple(n for n in self.named if n in self.areas.names)


def check_names(named: Sequence[str], equality_key: str, areas: Areas) -> None:
    """Raises DatabaseUnreadable where conversations cannot be grouped so."""
    for name in named:
        if name not in (*GROUPS, *areas.names, *questions()):
            raise DatabaseUnreadable(
                f"Conversations cannot be grouped by {name!r}. "
                f"Use: {', '.join((*GROUPS, *areas.names, *questions()))}."
            )
    answers = [name for name in named if name in questions() and name not in GROUPS]
    if answers and not equality_key:
        raise DatabaseUnreadable(
            f"{', '.join(answers)}: equality answers can be joined only where Fairway's secrets "
            "are. Run this as `fairway audit` with FAIRWAY_HOME set to Fairway's own folder."
        )


def _units(
    connection: Connection, tables: Tables, window: Window, groups: tuple[str, ...],
    within: str | None, join: Joins,
) -> Units:  # fmt: skip
    facts = dict(connection.execute(about(tables, window)).mappings().one())
    if not facts["turns"]:
        raise NothingToAudit
    one, notes = _counted(connection, tables, window, join)
    source = _source(connection, tables, window, facts, one)
    coded = _coded(connection, tables, window)
    notes = (
        *_impossible(facts), *notes, *coded, *_changed(connection, tables, window, join.named),
    )  # fmt: skip
    return units_of(one, groups, within, source, notes, {}, join.inputs)


def _counted(
    connection: Connection, tables: Tables, window: Window, join: Joins
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Kinds of conversation and how many there are of each, with notes on what was joined."""
    each = each_conversation(tables, window)
    wanted = (*join.named, *join.inputs, *(("lsoa",) if join.measures else ()))
    kept = kept_columns(each, wanted)
    notes: tuple[str, ...] = ()
    if join.answers:
        one, notes = _joined(connection, each, kept, join.answers, join.key)
    else:
        one = _frame(connection.execute(counts_of(each, kept)))
    if join.measures:
        one, more = with_areas(one, join.areas, join.measures)
        one, notes = folded(one), (*notes, *more)
    for name in join.named:
        if name not in one:
            one[name] = None
    return as_units_want(one, (*join.named, *join.inputs)), notes


def _joined(
    connection: Connection, each: Subquery, kept: Sequence[str], answers: tuple[str, ...], key: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Each conversation with its equality answers, folded a few thousand at a time.

    The link is a keyed hash, and the key stays out of the database: it cannot join them.
    """
    sheets = read_sheets(connection, answers)
    columns = [each.c.conversation_id, *(each.c[name] for name in kept)]
    rows = connection.execution_options(stream_results=True).execute(select(*columns))
    parts: list[pd.DataFrame] = []
    for some in rows.partitions(AT_A_TIME):
        frame = pd.DataFrame(some, columns=list(rows.keys()), dtype=object)
        groups = groups_of(sheets, list(frame.pop("conversation_id")), answers, key)
        parts.append(folded(frame.assign(**groups, **{COUNT: 1})))
        if len(parts) > 20:
            parts = [folded(pd.concat(parts, ignore_index=True))]
    one = folded(pd.concat(parts, ignore_index=True))
    return one, answer_notes(one, answers)


def folded(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that are alike but for COUNT become one, with their number."""
    keys = [c for c in frame if c != COUNT]
    return frame.groupby(keys, dropna=False, sort=False)[COUNT].sum().reset_index()


def _frame(rows: Any) -> pd.DataFrame:
    return pd.DataFrame(rows.fetchall(), columns=list(rows.keys()), dtype=object)


_TEXT = ("asked_channel", "route_channel", "needed_channel", "agent_channel", "handed")


def as_units_want(one: pd.DataFrame, named: Sequence[str]) -> pd.DataFrame:
    """Numbers as floats, missing text as None, a wait of −1 as one that never ended."""
    text = {*_TEXT, *named} - {*FLAGS}
    for name in one:
        if name in text:
            one[name] = one[name].astype(object).where(one[name].notna(), None)
        else:
            one[name] = pd.to_numeric(one[name]).astype(float)
    if "handoff_wait_seconds" in one:
        waits = one["handoff_wait_seconds"]
        one["handoff_wait_seconds"] = waits.mask(waits < 0, inf)
    return one


def _changed(
    connection: Connection, tables: Tables, window: Window, named: Sequence[str]
) -> tuple[str, ...]:
    asked = [n for n in named if n in GROUPS and tables.has("turn_records", n)]
    if not asked:
        return ()
    found = connection.execute(changed(tables, window, asked)).mappings().one()
    return tuple(
        f"Conversations whose {name} changed on the way, where the last one counts: {int(n)}."
        for name, n in found.items()
        if n
    )


def _coded(connection: Connection, tables: Tables, window: Window) -> tuple[str, ...]:
    """How many needs were coded by people, and how far these agree."""
    if "need_codes" not in tables:
        return ()
    held = [NeedCode(**row) for row in connection.execute(codes(tables, window)).mappings()]
    return agreement_notes(held) if held else ()


def _impossible(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What no channel is called is taken as missing; here is how often."""
    return tuple(
        f"Turns whose {key.removeprefix('wrong_')} is no channel, taken as missing: {int(n)}."
        for key, n in facts.items()
        if key.startswith("wrong_") and n
    )


def _source(
    connection: Connection, tables: Tables, window: Window, facts: Mapping[str, Any],
    one: pd.DataFrame,
) -> Source:  # fmt: skip
    def seen(column: str) -> tuple[str, ...]:
        if not tables.has("turn_records", column):
            return ()
        return tuple(sorted(connection.execute(versions(tables, window, column)).scalars()))

    return Source(
        "database", connection.engine.url.render_as_string(), int(facts["turns"]), _digest(one),
        (_moment(facts["first"]), _moment(facts["last"])),
        seen("model_version"), seen("policy_version"),
    )  # fmt: skip


def _digest(one: pd.DataFrame) -> str:
    """SHA-256 of the counts: the same from SQLite and from PostgreSQL."""
    plain = one.reindex(columns=sorted(one.columns))
    header, *lines = plain.to_csv(index=False, float_format="%.6f").splitlines()
    return hashlib.sha256("\n".join([header, *sorted(lines)]).encode()).hexdigest()


def _moment(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()


def _check_tables(tables: Tables) -> None:
    if "turn_records" not in tables:
        raise DatabaseUnreadable(
            "The database has no turn records, so it is not Fairway's or was never started. "
            "Run `fairway up` once, or check the address."
        )
