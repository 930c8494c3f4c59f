"""Conversations folded into counts inside the database, SQLite or PostgreSQL alike.

One statement makes a row a conversation out of its turns, outcomes, handoffs and codes; a second
groups alike conversations and counts them. What comes back grows with the number of kinds of
conversation, not with the number of turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from fairness.conversations import APPEALED, CHANNELS, COUNT, DAY, ENDINGS, RESOLVED_HANDOFFS

LAST = ("language", "medium", "service", "policy_version", "model_version", "lsoa")
"""Columns of a turn of which the last value that was recorded counts."""
SENT = ("asked_channel", "route_channel")
TURN_FLAGS = ("fallback", "misunderstood", "answer_not_taken")
RATED: Mapping[str, float] = {"yes": 5.0, "partly": 3.0, "no": 1.0}
_WIDTH = 8
CONFIRM = "confirm"
"""The way of a case that wants only an agent's yes to what the assistant says."""
OUTAGE, HAD_A_PERSON = "error_assistant_down", "need_had_a_person"
"""The reason of a case that nobody asked for, and what stands beside it once an agent had it."""


@dataclass(frozen=True)
class Window:
    """Conversations that began from ``since`` up to, not including, ``until`` (UTC days)."""

    since: date | None = None
    until: date | None = None

    def holds(self, began: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """What ``began`` must meet."""
        found: list[sa.ColumnElement[bool]] = []
        if self.since:
            found.append(began >= _midnight(self.since))
        if self.until:
            found.append(began < _midnight(self.until))
        return found


class Tables:
    """The tables that the audit reads, with the columns this database has of them."""

    def __init__(self, connection: sa.Connection) -> None:
        inspector = sa.inspect(connection)
        names = set(inspector.get_table_names())
        self.dialect = connection.dialect.name
        self._columns: dict[str, set[str]] = {
            name: {column["name"] for column in inspector.get_columns(name)}
            for name in ("turn_records", "outcomes", "handoffs", "need_codes", "feedback")
            if name in names
        }
        if "feedback" in self._columns and _is_empty(connection, self.of("feedback")):
            del self._columns["feedback"]  # nobody was rated: told as that, not as no rates

    def __contains__(self, table: str) -> bool:
        return table in self._columns

    def has(self, table: str, column: str) -> bool:
        """Whether ``table`` is there and has ``column``."""
        return column in self._columns.get(table, ())

    def of(self, table: str) -> sa.TableClause:
        """``table`` with its columns; times are UTC."""
        columns = (
            sa.column(name, sa.DateTime(timezone=True) if name.endswith("at") else sa.String())
            for name in sorted(self._columns[table])
        )
        return sa.table(table, *columns)


def _is_empty(connection: sa.Connection, table: sa.TableClause) -> bool:
    return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None


def each_conversation(tables: Tables, window: Window) -> sa.Subquery:
    """One row a conversation: ``conversation_id`` and every column that ``units_of`` knows."""
    counted = _turns(tables, window)
    joined: Any = counted
    columns: list[Any] = [c for c in counted.c if c.name != "began"]
    parts = {
        "outcomes": _outcomes,
        "handoffs": _first_handoffs,
        "need_codes": _needs,
        "feedback": _rated,
    }
    made: dict[str, sa.Subquery] = {}
    for name, make in parts.items():
        if name in tables:
            made[name] = make(tables)
            joined = joined.outerjoin(
                made[name], made[name].c.conversation_id == counted.c.conversation_id
            )
            columns += [c for c in made[name].c if c.name not in ("conversation_id", *_TIMES)]
    columns.append(_minutes(tables, counted, made).label("minutes"))
    return sa.select(*columns).select_from(joined).subquery("each_conversation")


def counts_of(each: sa.Subquery, kept: Sequence[str]) -> sa.Select[Any]:
    """How many conversations there are of each kind; ``kept`` columns tell kinds apart."""
    columns = [each.c[name] for name in kept if name in each.c]
    return sa.select(*columns, sa.func.count().label(COUNT)).group_by(*columns)


def kept_columns(each: sa.Subquery, named: Sequence[str]) -> tuple[str, ...]:
    """What the measures need, and the groups in ``named``; nothing that only sets rows apart."""
    spare = {"conversation_id", *LAST} - set(named)
    return tuple(c.name for c in each.c if c.name not in spare)


def changed(tables: Tables, window: Window, named: Sequence[str]) -> sa.Select[Any]:
    """For each of ``named``: in how many conversations it changed on the way."""
    turns = tables.of("turn_records")
    began = _turns(tables, window)
    kinds = [
        sa.case((sa.func.min(_tidy(turns, n)) != sa.func.max(_tidy(turns, n)), 1), else_=0).label(n)
        for n in named
    ]
    each = (
        sa.select(*kinds)
        .select_from(turns.join(began, began.c.conversation_id == turns.c.conversation_id))
        .group_by(turns.c.conversation_id)
        .subquery()
    )
    return sa.select(*(sa.func.coalesce(sa.func.sum(each.c[n]), 0).label(n) for n in named))


def about(tables: Tables, window: Window) -> Any:
    """The turns, first and last moment, and turns whose channels are none."""
    turns, began = tables.of("turn_records"), _turns(tables, window)
    wrong = [
        sa.func.sum(sa.case((_tidy(turns, n).not_in(CHANNELS), 1), else_=0)).label(f"wrong_{n}")
        for n in SENT
        if tables.has("turn_records", n)
    ]
    return sa.select(
        sa.func.count().label("turns"),
        sa.func.min(turns.c.at).label("first"),
        sa.func.max(turns.c.at).label("last"),
        *wrong,
    ).select_from(turns.join(began, began.c.conversation_id == turns.c.conversation_id))


def codes(tables: Tables, window: Window) -> sa.Select[Any]:
    """Every code of a need, by conversation and time."""
    held, began = tables.of("need_codes"), _turns(tables, window)
    return (
        sa.select(*(held.c[n] for n in ("conversation_id", "coder", "needed_channel", "at")))
        .select_from(held.join(began, began.c.conversation_id == held.c.conversation_id))
        .order_by(held.c.conversation_id, held.c.at, held.c.coder)
    )


def versions(tables: Tables, window: Window, column: str) -> sa.Select[Any]:
    """The distinct values of ``column``."""
    turns, began = tables.of("turn_records"), _turns(tables, window)
    value = _tidy(turns, column)
    return (
        sa.select(value)
        .distinct()
        .select_from(turns.join(began, began.c.conversation_id == turns.c.conversation_id))
        .where(value.is_not(None))
    )


_TIMES = ("resolved_at", "gave_up_at", "solved_at")


def _turns(tables: Tables, window: Window) -> sa.Subquery:
    turns = tables.of("turn_records")
    began = sa.func.min(turns.c.at)
    columns = [
        turns.c.conversation_id,
        began.label("began"),
        sa.cast(sa.func.count(), sa.Float).label("turns"),
    ]
    columns += [_last(turns, name).label(name) for name in LAST if tables.has("turn_records", name)]
    for name in SENT:
        if tables.has("turn_records", name):
            columns.append(_last(turns, name, CHANNELS).label(name))
    for name in TURN_FLAGS:
        if tables.has("turn_records", name):
            columns.append(_any(_as_flag(turns.c[name])).label(name))
    return (
        sa.select(*columns)
        .group_by(turns.c.conversation_id)
        .having(sa.and_(sa.true(), *window.holds(began)))
        .subquery("turns_of")
    )


def _outcomes(tables: Tables) -> sa.Subquery:
    outcomes = tables.of("outcomes")
    return (
        sa.select(
            outcomes.c.conversation_id,
            *(_any(_is(outcomes.c.code, (code,))).label(f"outcome_{code}") for code in ENDINGS),
            _when(outcomes.c.at, outcomes.c.code == "resolved").label("resolved_at"),
            _when(outcomes.c.at, outcomes.c.code == "abandoned").label("gave_up_at"),
        )
        .where(outcomes.c.code != APPEALED)
        .group_by(outcomes.c.conversation_id)
        .subquery("outcomes_of")
    )


def _first_handoffs(tables: Tables) -> sa.Subquery:
    """The first handoff's way and wait; whether any was closed, and resolved; what people did.

    One that was called off was waited for until then.
    """
    held = tables.of("handoffs")
    called_off = _is_called_off(held)
    waited = sa.case(
        (held.c.claimed_at.is_not(None), held.c.claimed_at), (called_off, held.c.closed_at)
    )
    wait = seconds_between(tables.dialect, held.c.asked_at, waited)
    rows: Any = sa.select(
        *(held.c[n] for n in ("conversation_id", "way", "outcome_code", "closed_at")),
        sa.case((wait < 0, 0.0), else_=wait).label("wait"),
        _agents_channel(held).label("agent"),
        sa.func.row_number()
        .over(partition_by=held.c.conversation_id, order_by=(held.c.asked_at, held.c.id))
        .label("place"),
    )
    rows = rows.where(sa.not_(_is_for_nobody(held, called_off))).subquery("handoffs_in_order")
    first = rows.c.place == 1
    solved = rows.c.outcome_code.in_(RESOLVED_HANDOFFS)
    numbered = sa.case((rows.c.agent.is_not(None), _numbered(rows.c.place, rows.c.agent)))
    return (
        sa.select(
            rows.c.conversation_id,
            sa.func.max(sa.case((first, sa.func.coalesce(rows.c.way, "talk_to_person")))).label(
                "handed"
            ),
            # Nobody took it: longer than any, which a negative number stands for until it is read.
            sa.func.max(sa.case((first, sa.func.coalesce(rows.c.wait, -1.0)))).label(
                "handoff_wait_seconds"
            ),
            _any(sa.case((rows.c.outcome_code.is_not(None), 1.0), else_=0.0)).label("agent_closed"),
            _any(sa.case((solved, 1.0), else_=0.0)).label("agent_resolved"),
            sa.func.substr(sa.func.max(numbered), _WIDTH + 1).label("agent_channel"),
            _when(rows.c.closed_at, solved).label("solved_at"),
        )
        .group_by(rows.c.conversation_id)
        .subquery("handoffs_of")
    )


def _is_called_off(held: sa.TableClause) -> sa.ColumnElement[bool]:
    """Over with no agent having it: the citizen, or an assistant that was back, called it off."""
    over = sa.func.coalesce(held.c.status, "") == "returned"
    return sa.and_(over, held.c.claimed_by.is_(None), held.c.claimed_at.is_(None))


def _is_for_nobody(
    held: sa.TableClause, called_off: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """No handoff to a person: an outage's case that was called off, as nobody had asked for it; and
    one for an agent's yes, unless the agent served it themselves."""
    why = sa.func.coalesce(sa.cast(held.c.reasons, sa.String), "")
    outage = sa.and_(why.contains(OUTAGE), sa.not_(why.contains(HAD_A_PERSON)))
    only_yes = sa.and_(sa.func.coalesce(held.c.way, "") == CONFIRM, held.c.outcome_code.is_(None))
    return sa.or_(sa.and_(called_off, outage), only_yes)


def _rated(tables: Tables) -> sa.Subquery:
    """What the citizen answered, asked whether they got what they needed, on the scale of five."""
    said = tables.of("feedback")
    stars = [(said.c.got == got, number) for got, number in RATED.items()]
    return sa.select(said.c.conversation_id, sa.case(*stars).label("satisfaction")).subquery(
        "rated"
    )


def _agents_channel(held: sa.TableClause) -> sa.ColumnElement[Any]:
    """The channel by which a person served it: a visit, themselves, or back to the assistant."""
    given_back = sa.and_(held.c.status == "returned", held.c.claimed_by.is_not(None))
    return sa.case(
        (held.c.outcome_code == "appointment_made", "face_to_face"),
        (held.c.outcome_code.in_(RESOLVED_HANDOFFS), "assisted"),
        (given_back, "digital"),
    )


def _needs(tables: Tables) -> sa.Subquery:
    """What people coded that the citizen needed, where they agree: see ``coding``."""
    codes = tables.of("need_codes")
    votes = (
        sa.select(codes.c.conversation_id, codes.c.needed_channel, sa.func.count().label("votes"))
        .group_by(codes.c.conversation_id, codes.c.needed_channel)
        .subquery("votes")
    )
    return (
        sa.select(
            votes.c.conversation_id, sa.func.max(votes.c.needed_channel).label("needed_channel")
        )
        .where(votes.c.votes >= 2, votes.c.needed_channel.in_(CHANNELS))
        .group_by(votes.c.conversation_id)
        .having(sa.func.count() == 1)
        .subquery("needs")
    )


def _minutes(
    tables: Tables, counted: sa.Subquery, made: Mapping[str, sa.Subquery]
) -> sa.ColumnElement[Any]:
    """Minutes from the first turn to the end, or for those still open to the newest turn of all.

    Whole minutes up to an hour, whole hours up to a day: the measures need no more.
    """
    ends: list[Any] = []
    if "outcomes" in made:
        ends.append(made["outcomes"].c.resolved_at)
    if "handoffs" in made:
        ends.append(made["handoffs"].c.solved_at)
    first = _earlier(ends)
    if "outcomes" in made:
        gave_up = made["outcomes"].c.gave_up_at
        first = gave_up if first is None else sa.func.coalesce(first, gave_up)
    turns = tables.of("turn_records")
    now = sa.select(sa.func.max(turns.c.at)).scalar_subquery()
    end = now if first is None else sa.func.coalesce(first, now)
    raw = seconds_between(tables.dialect, counted.c.began, end) / 60.0
    minutes = sa.case((raw < 0, 0.0), (raw > DAY, DAY + 60), else_=raw)
    up = _ceiling(tables.dialect, minutes)
    return sa.case((up <= 60, up), else_=_ceiling(tables.dialect, minutes / 60.0) * 60)


def _earlier(moments: Sequence[Any]) -> Any:
    if len(moments) < 2:
        return moments[0] if moments else None
    a, b = moments
    return sa.case((sa.or_(b.is_(None), a <= b), a), else_=sa.func.coalesce(b, a))


def _ceiling(dialect: str, value: Any) -> sa.ColumnElement[Any]:
    """SQLite may have been built without ceil()."""
    if dialect == "postgresql":
        return sa.func.ceil(value, type_=sa.Float)
    whole = sa.cast(value, sa.Integer)  # towards zero, and nothing here is below it
    return sa.case((whole < value, whole + 1.0), else_=whole * 1.0)


def seconds_between(dialect: str, start: Any, end: Any) -> sa.ColumnElement[Any]:
    """``end`` less ``start`` in seconds, to the microsecond, in either database."""
    if dialect == "postgresql":
        return sa.cast(sa.extract("epoch", end) - sa.extract("epoch", start), sa.Float)
    return sa.func.round(_sqlite_seconds(end, start) + _sqlite_fraction(end, start), 6)


def _sqlite_seconds(end: Any, start: Any) -> Any:
    def whole(moment: Any) -> Any:
        return sa.cast(sa.func.strftime("%s", moment), sa.Integer)

    return whole(end) - whole(start)


def _sqlite_fraction(end: Any, start: Any) -> Any:
    """Times are kept as text: 2026-01-05 09:00:00.123456."""

    def part(moment: Any) -> Any:
        digits = sa.func.substr(sa.cast(moment, sa.String), 20, 7)
        return sa.cast(sa.literal("0").concat(digits), sa.Float)

    return part(end) - part(start)


def _last(turns: sa.TableClause, name: str, allowed: Sequence[str] = ()) -> sa.ColumnElement[Any]:
    """The value of the last turn that has one: the greatest of turn number and value joined."""
    value = _tidy(turns, name)
    told = value.in_(allowed) if allowed else value.is_not(None)
    joined = sa.case((told, _numbered(turns.c.turn, value)))
    return sa.func.substr(sa.func.max(joined), _WIDTH + 1)


def _numbered(number: Any, value: Any) -> Any:
    """Eight digits, then the value: text that sorts by the number."""
    digits = sa.cast(sa.cast(number, sa.Integer) + 10**_WIDTH, sa.String)
    return sa.func.substr(digits, 2).concat(value)


def _tidy(turns: sa.TableClause, name: str) -> Any:
    return sa.func.nullif(sa.cast(turns.c[name], sa.String), "")


def _any(flag: Any) -> Any:
    return sa.cast(sa.func.max(flag), sa.Float)


def _is(column: Any, values: Sequence[str]) -> Any:
    return sa.case((column.in_(values), 1.0), else_=0.0)


def _as_flag(column: Any) -> Any:
    """A boolean of PostgreSQL or a 0 or 1 of SQLite, as a number."""
    text = sa.func.lower(sa.cast(column, sa.String))
    return sa.case((text.in_(("1", "true", "t")), 1.0), (text.is_not(None), 0.0))


def _when(moment: Any, holds: Any) -> Any:
    return sa.func.min(sa.case((holds, moment)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
