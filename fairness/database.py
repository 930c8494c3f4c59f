"""Fairway's own database as units to audit. Read only: nothing is ever written or locked."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from fairness.conversations import CHANNEL_COLUMNS, CHANNELS, Held, units_from
from fairness.equality_answers import join_answers, questions
from fairness.errors import DatabaseUnreadable, NothingToAudit
from fairness.records import Source, Units

GROUPS = ("language", "medium", "service", "asked_channel", "policy_version", "model_version")
"""What conversations can be grouped by, and looked at within."""

_TURNS = (
    "conversation_id", "turn", "at", "medium", "language", "service", "fallback",
    "misunderstood", "asked_channel", "route_channel", "policy_version", "model_version",
)  # fmt: skip
_HANDOFFS = ("conversation_id", "way", "asked_at", "claimed_at", "outcome_code")


def read_database(
    url: str,
    groups: tuple[str, ...],
    within: str | None,
    *,
    since: date | None = None,
    until: date | None = None,
    equality_key: str = "",
) -> Units:
    """The conversations that began in the window: ``since`` up to, not including, ``until`` (UTC).

    ``groups`` may name questions of the equality schemes; joining them takes
    ``equality_key``. Raises DatabaseUnreadable, and NothingToAudit when no conversation
    began in the window.
    """
    named = (*groups, *((within,) if within else ()))
    answers = tuple(name for name in named if name not in GROUPS and name in questions())
    for name in named:
        if name not in GROUPS and name not in answers:
            raise DatabaseUnreadable(
                f"Conversations cannot be grouped by {name!r}. "
                f"Use: {', '.join((*GROUPS, *questions()))}."
            )
    if answers and not equality_key:
        raise DatabaseUnreadable(
            f"{', '.join(answers)}: equality answers can be joined only where Fairway's secrets "
            "are. Run this as `fairway audit` with FAIRWAY_HOME set to Fairway's own folder."
        )
    engine = open_to_read(url)
    try:
        with engine.connect() as connection:
            held = _read(connection, engine.url.render_as_string(), since, until)
            if answers:
                held = _with_answers(connection, held, answers, equality_key)
    except SQLAlchemyError as error:
        raise DatabaseUnreadable(f"The database cannot be read: {_first_line(error)}.") from None
    finally:
        engine.dispose()
    return units_from(held, groups, within)


def _with_answers(
    connection: Connection, held: Held, answers: tuple[str, ...], key: str
) -> Held:
    """``held`` with a column for each question; every turn of a conversation has the same."""
    ids = held.turns["conversation_id"].unique()
    joined = join_answers(connection, list(ids), answers, key)
    columns = {q: dict(zip(ids, values, strict=True)) for q, values in joined.groups.items()}
    turns = held.turns.assign(
        **{q: held.turns["conversation_id"].map(of) for q, of in columns.items()}
    )
    return replace(held, turns=turns, notes=(*held.notes, *joined.notes))


def count_conversations(url: str) -> int:
    """How many conversations could be audited; 0 too when nothing was ever recorded."""
    engine = open_to_read(url)
    try:
        with engine.connect() as connection:
            if "turn_records" not in inspect(connection).get_table_names():
                return 0
            counted = text("SELECT COUNT(DISTINCT conversation_id) FROM turn_records")
            return int(connection.execute(counted).scalar_one())
    except SQLAlchemyError as error:
        raise DatabaseUnreadable(f"The database cannot be read: {_first_line(error)}.") from None
    finally:
        engine.dispose()


def open_to_read(url: str) -> Engine:
    """An engine that refuses to write. Raises DatabaseUnreadable for an address that is none."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        path = parsed.database or ":memory:"
        if backend == "sqlite" and path != ":memory:" and not Path(path).is_file():
            raise DatabaseUnreadable(
                f"There is no database at {path}. Run `fairway up` once, or check the address."
            )
        readonly = {"postgresql_readonly": True} if backend == "postgresql" else {}
        engine = create_engine(parsed, execution_options=readonly)
    except (ArgumentError, ModuleNotFoundError, SQLAlchemyError) as error:
        raise DatabaseUnreadable(
            f"That is no database address ({_first_line(error)}). "
            "Write it as sqlite:///var/fairway.db or postgresql+psycopg://user@host/name."
        ) from None
    if backend == "sqlite":
        event.listen(engine, "connect", _no_writing)
    return engine


def _no_writing(connection: object, record: object) -> None:
    connection.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]


def _read(connection: Connection, name: str, since: date | None, until: date | None) -> Held:
    tables = set(inspect(connection).get_table_names())
    if "turn_records" not in tables:
        raise DatabaseUnreadable(
            "The database has no turn records, so it is not Fairway's or was never started. "
            "Run `fairway up` once, or check the address."
        )
    turns = _columns(connection, "turn_records", _TURNS)
    turns["at"] = _times(turns["at"])
    turns = _in_window(turns, since, until).sort_values(["conversation_id", "turn"], kind="stable")
    if turns.empty:
        raise NothingToAudit
    notes = _impossible(turns)
    kept = set(turns["conversation_id"])
    found = {
        table: _columns(connection, table, columns) if table in tables else None
        for table, columns in (("outcomes", ("conversation_id", "code")), ("handoffs", _HANDOFFS))
    }
    outcomes, handoffs = (
        None if f is None else f[f["conversation_id"].isin(kept)].copy() for f in found.values()
    )
    if handoffs is not None:
        for column in ("asked_at", "claimed_at"):
            handoffs[column] = _times(handoffs[column])
    for flag in ("fallback", "misunderstood"):
        turns[flag] = turns[flag].astype(float)
    return Held(
        turns=turns.drop(columns=["turn", "at"]),
        outcomes=outcomes,
        handoffs=handoffs,
        source=_source(name, turns, outcomes, handoffs),
        notes=notes,
    )


def _columns(connection: Connection, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Those of ``columns`` the table has, blanks as None; a column it lacks is all None."""
    there = {column["name"] for column in inspect(connection).get_columns(table)}
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quote(column) for column in columns if column in there)
    rows = connection.execute(text(f"SELECT {listed} FROM {quote(table)}"))
    frame = pd.DataFrame(rows.fetchall(), columns=list(rows.keys()), dtype=object)
    for column in columns:
        if column not in frame:
            frame[column] = None
    return frame.replace({"": None})


def _times(values: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(values, utc=True, format="ISO8601", errors="coerce")


def _in_window(turns: pd.DataFrame, since: date | None, until: date | None) -> pd.DataFrame:
    began = turns.groupby("conversation_id")["at"].transform("min")
    keep = pd.Series(True, index=turns.index)
    if since:
        keep &= began >= _midnight(since)
    if until:
        keep &= began < _midnight(until)
    return turns[keep].copy()


def _midnight(day: date) -> pd.Timestamp:
    return pd.Timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _impossible(turns: pd.DataFrame) -> tuple[str, ...]:
    """Blank what no channel is called, in place, and say how many."""
    notes = []
    for name in CHANNEL_COLUMNS:
        if name not in turns:
            continue
        wrong = turns[name].notna() & ~turns[name].isin(CHANNELS)
        if wrong.any():
            turns.loc[wrong, name] = None
            notes.append(f"Turns whose {name} is no channel, taken as missing: {int(wrong.sum())}.")
    return tuple(notes)


def _source(name: str, turns: pd.DataFrame, *others: pd.DataFrame | None) -> Source:
    digest = hashlib.sha256()
    for frame in (turns, *others):
        if frame is not None:
            ordered = frame.sort_values(list(frame.columns), key=lambda c: c.astype(str))
            digest.update(ordered.to_csv(index=False).encode())

    def seen(column: str) -> tuple[str, ...]:
        return tuple(sorted(map(str, turns[column].dropna().unique())))

    at = turns["at"].dropna()
    window = (at.min().isoformat(), at.max().isoformat()) if len(at) else (None, None)
    return Source(
        "database", name, len(turns), digest.hexdigest(), window,
        seen("model_version"), seen("policy_version"),
    )  # fmt: skip


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0].rstrip(".")
