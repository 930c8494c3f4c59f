"""The sample and the codes of needs in the database."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.need_codes import NeedCode, NotInSample
from bot.stores import schema as t
from bot.stores.guarded import guarded_conversations


class SqlNeedCodes:
    """``NeedCodes`` over ``engine``; every method is one transaction.

    ``dice`` draws the sample. Only conversations with a turn on record are drawn.
    """

    def __init__(self, engine: sa.Engine, dice: random.Random | None = None) -> None:
        self._engine, self._dice = engine, dice or random.SystemRandom()

    def draw(
        self, number: int, by: str, at: datetime, since: date | None, until: date | None
    ) -> int:
        c, s = t.turn_records.c, t.coding_sample.c
        began = sa.func.min(c.at)
        query = (
            sa.select(c.conversation_id)
            .where(c.conversation_id.not_in(sa.select(s.conversation_id)))
            .where(c.conversation_id.not_in(guarded_conversations()))
            .group_by(c.conversation_id)
            .having(sa.and_(sa.true(), *_window(began, since, until)))
        )
        with self._engine.begin() as db:
            names = sorted(db.execute(query).scalars())
            drawn = self._dice.sample(names, min(number, len(names)))
            rows = [{"conversation_id": n, "drawn_by": by, "drawn_at": at} for n in drawn]
            if rows:
                db.execute(t.coding_sample.insert(), rows)
        return len(drawn)

    def sample(self) -> list[str]:
        column = t.coding_sample.c.conversation_id
        query = sa.select(column).where(column.not_in(guarded_conversations()))
        with self._engine.begin() as db:
            return list(db.execute(query.order_by(column)).scalars())

    def codes(self) -> list[NeedCode]:
        c = t.need_codes.c
        query = t.need_codes.select().order_by(c.conversation_id, c.at, c.coder)
        with self._engine.begin() as db:
            return [NeedCode(**row) for row in db.execute(query).mappings()]

    def put(self, code: NeedCode) -> None:
        known = sa.select(t.coding_sample).where(
            t.coding_sample.c.conversation_id == code.conversation_id
        )
        try:
            with self._engine.begin() as db:
                if db.execute(known).first() is None:
                    raise NotInSample
                db.execute(t.need_codes.insert(), [vars(code)])
        except IntegrityError:
            raise NotInSample from None


def _window(
    began: sa.ColumnElement[datetime], since: date | None, until: date | None
) -> list[sa.ColumnElement[bool]]:
    found = []
    if since:
        found.append(began >= datetime.combine(since, time(), UTC))
    if until:
        found.append(began < datetime.combine(until, time(), UTC))
    return found
