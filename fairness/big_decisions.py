"""Turn records of any number folded into conversations, and conversations into counts, by DuckDB.

Gives what ``decisions_file`` gives of a small file, but for rows counted together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fairness.big_file import counting, digest, quoted, row_of
from fairness.conversations import (
    CHANNEL_COLUMNS,
    CHANNELS,
    COUNT,
    ENDINGS,
    FLAGS,
    NUMBERS,
    RESOLVED_HANDOFFS,
    units_of,
)
from fairness.errors import TableWrong
from fairness.records import Source, Units

TRUE, FALSE = ("true", "1", "yes", "t", "y"), ("false", "0", "no", "f", "n")
_USED = (
    *FLAGS, *CHANNEL_COLUMNS, *NUMBERS, "outcome", "conversation_id", "id", "turn", "at",
    "asked_at", "claimed_at", "way", "outcome_code", "model_version", "policy_version",
)  # fmt: skip
Header = Sequence[str]


def read_big_decisions(
    path: Path,
    separator: str,
    header: tuple[str, ...],
    groups: tuple[str, ...],
    within: str | None,
    outcome_codes: Sequence[str],
) -> Units:
    """``path`` as conversations. Raises TableWrong naming row and column."""
    named = tuple(dict.fromkeys((*groups, *((within,) if within else ()))))
    allowed: Mapping[str, Sequence[str]] = {
        **dict.fromkeys(CHANNEL_COLUMNS, CHANNELS),
        **dict.fromkeys(FLAGS, (*TRUE, *FALSE)),
        "outcome": outcome_codes,
    }
    kept = tuple(name for name in header if name in (*_USED, *named))
    with counting(path, separator, header, kept) as db:
        _check(db, path, separator, header, allowed)
        missing = _missing(db, header)
        changed = _changed(db, header, named)
        one = db.execute(_query(header, named)).fetchdf()
        source = _source(db, path, header)
    frame = one.astype({c: object for c in one if one[c].dtype.name in ("object", "str")})
    frame = frame.where(frame.notna(), None) if frame.empty else _blanks(frame)
    return units_of(frame, groups, within, source, changed, missing)


def _blanks(one: pd.DataFrame) -> pd.DataFrame:
    for name in one:
        if one[name].dtype == object:
            one[name] = one[name].where(one[name].notna(), None)
    return one


def _check(
    db: Any, path: Path, separator: str, header: Header, allowed: Mapping[str, Sequence[str]]
) -> None:
    """Raise TableWrong for the first value that cannot stand in its column."""
    for name, values in allowed.items():
        if name in header:
            listed = ", ".join(_text(v) for v in values)
            test = f"lower({quoted(name)}) NOT IN ({listed})"
            _refuse(db, path, separator, header, name, test, f"Use one of: {', '.join(values)}")
    for name in (*NUMBERS, "turn"):
        if name in header:
            test = f"coalesce(TRY_CAST({quoted(name)} AS DOUBLE), -1) < 0"
            _refuse(db, path, separator, header, name, test, "Use a number from 0 up")
    for name in ("asked_at", "claimed_at"):
        if name in header:
            test = f"TRY_CAST({quoted(name)} AS TIMESTAMPTZ) IS NULL"
            _refuse(db, path, separator, header, name, test, "Write times as 2026-01-31T09:30Z")
    if (
        "conversation_id" in header
        and db.execute("SELECT 1 FROM rows WHERE conversation_id IS NULL LIMIT 1").fetchone()
    ):
        raise TableWrong(
            path, "the conversation has no id", "Give every row its conversation_id",
            row=row_of(path, separator, header, "conversation_id", None),
            column="conversation_id",
        )  # fmt: skip


def _refuse(
    db: Any, path: Path, separator: str, header: Header, name: str, test: str, remedy: str
) -> None:
    column = quoted(name)
    query = f"SELECT {column}, count(*) FROM rows WHERE {column} IS NOT NULL AND {test} GROUP BY 1"
    wrong = db.execute(query).fetchall()
    if not wrong:
        return
    value, more = wrong[0][0], sum(n for _, n in wrong) - 1
    raise TableWrong(
        path, f"{value!r} cannot stand here",
        remedy + (f". {more} more rows have the same trouble" if more else ""),
        row=row_of(path, separator, header, name, value), column=name,
    )  # fmt: skip


def _query(header: Header, named: Sequence[str]) -> str:
    """One row a conversation, then one row a kind of conversation with how many there are."""
    columns = [c for c in dict.fromkeys((*named, *CHANNEL_COLUMNS)) if c in header]
    parts = [f"{_last(header, c)} AS {quoted(c)}" for c in columns]
    parts += [f"max({_flag(c)}) AS {quoted(c)}" for c in FLAGS if c in header]
    parts += [f"CAST({_last(header, c)} AS DOUBLE) AS {quoted(c)}" for c in NUMBERS if c in header]
    if "turns" not in header:
        parts.append("CAST(count(*) AS DOUBLE) AS turns")
    parts += _outcomes(header) + _handoffs(header)
    of = "conversation_id" if "conversation_id" in header else "row_number() OVER ()"
    one = (
        f'SELECT {", ".join(parts)} FROM (SELECT *, {of} AS "of", {_order(header)} AS "order" '
        f'FROM ({_once(header)})) GROUP BY "of"'
    )
    return f"SELECT *, count(*) AS {quoted(COUNT)} FROM ({one}) GROUP BY ALL"


def _once(header: Header) -> str:
    if "id" not in header:
        return "SELECT * FROM rows"
    return (
        "SELECT DISTINCT ON (id) * FROM rows WHERE id IS NOT NULL "
        "UNION ALL SELECT * FROM rows WHERE id IS NULL"
    )


def _order(header: Header) -> str:
    if "turn" in header:
        return "TRY_CAST(turn AS DOUBLE)"
    return '"at"' if "at" in header else "row_number() OVER ()"


def _last(header: Header, name: str) -> str:
    """The last value recorded: rows without one are passed over."""
    return f'arg_max({quoted(name)}, "order")'


def _flag(name: str) -> str:
    yes = ", ".join(_text(v) for v in TRUE)
    column = quoted(name)
    known = f"CAST(lower({column}) IN ({yes}) AS DOUBLE)"
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {known} END"


def _outcomes(header: Header) -> list[str]:
    if "outcome" not in header:
        return []
    return [
        f"CASE WHEN count(outcome) = 0 THEN NULL ELSE CAST(bool_or(outcome = '{code}') AS DOUBLE) "
        f"END AS outcome_{code}"
        for code in ENDINGS
    ]


def _handoffs(header: Header) -> list[str]:
    if "asked_at" not in header:
        return []
    asked = "TRY_CAST(asked_at AS TIMESTAMPTZ)"
    claimed = f"TRY_CAST({'claimed_at' if 'claimed_at' in header else 'NULL'} AS TIMESTAMPTZ)"
    way = "way" if "way" in header else "NULL"
    code = "outcome_code" if "outcome_code" in header else "NULL"
    solved = ", ".join(_text(v) for v in RESOLVED_HANDOFFS)
    # greatest() passes over nulls: without the test, one nobody took would have waited 0.
    took = f"greatest(epoch_us({claimed}) - epoch_us({asked}), 0) / 1000000.0"
    wait = f"CASE WHEN {claimed} IS NULL THEN 'Infinity'::DOUBLE ELSE {took} END"
    only = "FILTER (WHERE asked_at IS NOT NULL)"
    return [
        f"arg_min(coalesce({way}, 'talk_to_person'), {asked}) {only} AS handed",
        f"arg_min({wait}, {asked}) {only} AS handoff_wait_seconds",
        f"max(CAST({code} IS NOT NULL AS DOUBLE)) {only} AS agent_closed",
        f"max(CAST(coalesce({code}, '') IN ({solved}) AS DOUBLE)) {only} AS agent_resolved",
    ]


def _missing(db: Any, header: Header) -> dict[str, int]:
    """Missing values of the columns that tell something, as in a small file."""
    tells = [c for c in (*FLAGS, *CHANNEL_COLUMNS, *NUMBERS, "outcome", "asked_at") if c in header]
    if not tells:
        return {}
    counts = ", ".join(f"count(*) - count({quoted(c)})" for c in tells)
    found = db.execute(f"SELECT {counts} FROM rows").fetchone()
    return dict(zip(tells, map(int, found), strict=True))


def _changed(db: Any, header: Header, named: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if "id" in header:
        again = db.execute("SELECT count(id) - count(DISTINCT id) FROM rows").fetchone()[0]
        notes += [f"Rows that repeat an id, left out: {again}."] if again else []
    if "conversation_id" in header and named:
        kinds = ", ".join(
            f"coalesce(min({quoted(c)}) <> max({quoted(c)}), false) AS c{i}"
            for i, c in enumerate(named)
        )
        sums = ", ".join(f"sum(CAST(c{i} AS INTEGER))" for i in range(len(named)))
        query = f"SELECT {sums} FROM (SELECT {kinds} FROM rows GROUP BY conversation_id)"
        for name, n in zip(named, db.execute(query).fetchone(), strict=True):
            if n:
                notes.append(
                    f"Conversations whose {name} changed on the way, where the last one counts: "
                    f"{int(n)}."
                )
    return tuple(notes)


def _source(db: Any, path: Path, header: Header) -> Source:
    rows = db.execute("SELECT count(*) FROM rows").fetchone()[0]

    def seen(name: str) -> tuple[str, ...]:
        if name not in header:
            return ()
        column = quoted(name)
        query = f"SELECT DISTINCT {column} FROM rows WHERE {column} IS NOT NULL ORDER BY 1"
        return tuple(str(row[0]) for row in db.execute(query).fetchall())

    window = (None, None)
    if "at" in header:
        window = db.execute('SELECT min("at"), max("at") FROM rows').fetchone()
    return Source(
        "decisions", str(path), int(rows), digest(path), window,
        seen("model_version"), seen("policy_version"),
    )  # fmt: skip


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
