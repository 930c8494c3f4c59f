"""What was made in council systems, consents to read what was said before, and what citizens
thought of it, on SQLAlchemy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.council_case import CouncilCase
from bot.earlier_consent import Consent
from bot.feedback import Feedback
from bot.handoff import HandoffStatus
from bot.stores import schema as t


@dataclass(frozen=True)
class SqlCouncilCases:
    """``bot.council_case.CouncilCases``."""

    db: sa.Connection

    def add(self, case: CouncilCase) -> None:
        c = t.council_cases.c
        same = sa.and_(
            c.conversation_id == case.conversation_id,
            c.system == case.system,
            c.reference == case.reference,
        )
        if self.db.execute(sa.select(c.at).where(same)).first() is None:
            self.db.execute(t.council_cases.insert(), [vars(case)])

    def of(self, conversation_id: str) -> list[CouncilCase]:
        return self._all(t.council_cases.c.conversation_id == conversation_id)

    def named(self, references: Sequence[str]) -> list[CouncilCase]:
        return self._all(t.council_cases.c.reference.in_(references))

    def _all(self, which: sa.ColumnElement[bool]) -> list[CouncilCase]:
        c = t.council_cases.c
        query = t.council_cases.select().where(which).order_by(c.at, c.reference)
        return [CouncilCase(**row) for row in _rows(self.db, query)]


@dataclass(frozen=True)
class SqlConsents:
    """``bot.earlier_consent.Consents``."""

    db: sa.Connection

    def put(self, consent: Consent) -> None:
        c = t.earlier_consents.c
        mine = c.conversation_id == consent.conversation_id
        self.db.execute(t.earlier_consents.delete().where(mine))
        self.db.execute(t.earlier_consents.insert(), [vars(consent)])

    def of(self, conversation_id: str) -> Consent | None:
        c = t.earlier_consents.c
        query = t.earlier_consents.select().where(c.conversation_id == conversation_id)
        return next((Consent(**row) for row in _rows(self.db, query)), None)

    def answer(self, conversation_id: str, said_yes: bool, at: datetime) -> None:
        c = t.earlier_consents.c
        change = t.earlier_consents.update().where(c.conversation_id == conversation_id)
        self.db.execute(change.values(said_yes=said_yes, answered_at=at))


@dataclass(frozen=True)
class SqlFeedbacks:
    """``bot.feedback.Feedbacks``."""

    db: sa.Connection

    def put(self, feedback: Feedback) -> None:
        mine = t.feedback.c.conversation_id == feedback.conversation_id
        self.db.execute(t.feedback.delete().where(mine))
        self.db.execute(t.feedback.insert(), [vars(feedback)])

    def of(self, conversation_id: str) -> Feedback | None:
        query = t.feedback.select().where(t.feedback.c.conversation_id == conversation_id)
        return next((Feedback(**row) for row in _rows(self.db, query)), None)

    def since(self, start: datetime) -> Counter[str]:
        c, h = t.feedback.c, t.handoffs.c
        closed = sa.select(h.conversation_id).where(h.status == HandoffStatus.CLOSED.value)
        query = sa.select(c.got, sa.func.count().label("many")).group_by(c.got)
        rows = _rows(self.db, query.where(c.at >= start, c.conversation_id.in_(closed)))
        return Counter({row["got"]: row["many"] for row in rows})


def _rows(db: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in db.execute(query).mappings()]
