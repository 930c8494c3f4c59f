"""How conversations ended, counted so that silence is no success.

*Contained* is what the assistant did by itself and of which it is known that it helped: the
citizen said so, or could have come back within a week and did not (``bot/outcome_rules.py``).
Whoever came back, left in the middle or was never heard of again is counted apart. And what is
contained may harm: who asked for a person or a place, or said what makes it hard online, and met
nobody, is told apart (``hard``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.approval import CONFIRM
from bot.stores import schema as t

ENDS: Mapping[str, str] = {
    "person": "Went to a person",
    "contained": "Contained, and known to have helped",
    "came_back": "Came back about the same thing",
    "left": "Left in the middle",
    "not_known": "Nobody knows",
}
NO_SERVICE = "none"


@dataclass(frozen=True)
class Ended:
    """Conversations alike: about ``service`` (the last that was named), in ``language`` (the last
    that was spoken). ``hard``: whether the citizen asked for a person or a place, or said that it
    is hard for them online."""

    service: str
    language: str
    end: str
    conversations: int
    hard: bool = False


def ended(db: sa.Connection, since: datetime, until: datetime) -> list[Ended]:
    """Those whose first turn was from ``since`` until before ``until`` (UTC), by kind."""
    each = _each(since, until)
    columns = (each.c.service, each.c.language, each.c.end, each.c.hard)
    query = sa.select(*columns, sa.func.count().label("conversations")).group_by(*columns)
    return [Ended(**{**row, "hard": bool(row["hard"])}) for row in db.execute(query).mappings()]


def _each(since: datetime, until: datetime) -> sa.Subquery:
    turns = _turns(since, until)
    outcomes, handoffs = _outcomes(), _handed()
    joined = turns.outerjoin(outcomes, outcomes.c.conversation_id == turns.c.conversation_id)
    joined = joined.outerjoin(handoffs, handoffs.c.conversation_id == turns.c.conversation_id)
    end = sa.case(
        (outcomes.c.recontacted == 1, "came_back"),
        (handoffs.c.conversation_id.is_not(None), "person"),
        (outcomes.c.abandoned == 1, "left"),
        (outcomes.c.resolved == 1, "contained"),
        else_="not_known",
    )
    service = sa.func.coalesce(turns.c.service, NO_SERVICE).label("service")
    columns = (service, turns.c.language, end.label("end"), turns.c.hard)
    return sa.select(*columns).select_from(joined).subquery("each_conversation")


def _turns(since: datetime, until: datetime) -> sa.Subquery:
    turns = t.turn_records
    first = sa.func.min(turns.c.at)
    told = sa.cast(turns.c.barriers, sa.Text) != "[]"
    asked = turns.c.asked_channel.in_(["assisted", "face_to_face"])
    return (
        sa.select(
            turns.c.conversation_id,
            sa.func.max(sa.case((sa.or_(told, asked), 1), else_=0)).label("hard"),
            _last("service").label("service"),
            _last("language").label("language"),
        )
        .group_by(turns.c.conversation_id)
        .having(first >= since, first < until)
        .subquery("turns_of")
    )


def _last(name: str) -> sa.ScalarSelect[Any]:
    """What a conversation's last turn that has something in this column has there."""
    turns = t.turn_records
    each = turns.alias()
    column = each.c[name]
    return (
        sa.select(column)
        .where(each.c.conversation_id == turns.c.conversation_id, column.is_not(None))
        .order_by(each.c.turn.desc())
        .limit(1)
        .correlate(turns)
        .scalar_subquery()
    )


def _outcomes() -> sa.Subquery:
    held = t.outcomes

    def any_of(code: str) -> sa.Label[Any]:
        return sa.func.max(sa.case((held.c.code == code, 1), else_=0)).label(code)

    codes = (any_of(code) for code in ("recontacted", "abandoned", "resolved"))
    return sa.select(held.c.conversation_id, *codes).group_by(held.c.conversation_id).subquery()


def _handed() -> sa.Subquery:
    """Handoffs that a person took, or that still wait for one: not those called off, and not
    answers of the assistant's that somebody confirmed."""
    held = t.handoffs
    kept = sa.or_(held.c.status != "returned", held.c.claimed_at.is_not(None))
    kept = sa.and_(kept, sa.or_(held.c.way != CONFIRM, held.c.status == "closed"))
    return sa.select(held.c.conversation_id).where(kept).distinct().subquery()
