"""Which case is which conversation in Chatwoot."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.stores import schema as t


@dataclass(frozen=True)
class Row:
    """``sent``: how many messages of the case Chatwoot has; ``over``: nothing more is told;
    ``contact_id`` is the contact's number, by which it is erased there."""

    handoff_id: str
    conversation_id: str
    source_id: str
    chatwoot_id: int
    sent: int = 0
    over: bool = False
    contact_id: int | None = None


@dataclass(frozen=True)
class Rows:
    """Every row."""

    engine: sa.Engine

    def of(self, handoff_id: str) -> Row | None:
        """The row of a case, or None."""
        return self._one(t.chatwoot_cases.c.handoff_id == handoff_id)

    def named(self, chatwoot_id: int) -> Row | None:
        """The row of a conversation in Chatwoot, or None."""
        return self._one(t.chatwoot_cases.c.chatwoot_id == chatwoot_id)

    def under_way(self) -> list[Row]:
        """Those that are not over."""
        query = t.chatwoot_cases.select().where(t.chatwoot_cases.c.over.is_(False))
        with self.engine.begin() as db:
            return [Row(**row) for row in db.execute(query).mappings()]

    def add(self, row: Row) -> None:
        """Keep a new one."""
        with self.engine.begin() as db:
            db.execute(t.chatwoot_cases.insert(), [vars(row)])

    def note(self, handoff_id: str, *, sent: int | None = None, over: bool | None = None) -> None:
        """How far it has been told, or that it is over."""
        changed = {k: v for k, v in (("sent", sent), ("over", over)) if v is not None}
        rows = t.chatwoot_cases
        with self.engine.begin() as db:
            db.execute(rows.update().where(rows.c.handoff_id == handoff_id).values(**changed))

    def _one(self, which: sa.ColumnElement[bool]) -> Row | None:
        with self.engine.begin() as db:
            row = db.execute(t.chatwoot_cases.select().where(which)).mappings().first()
        return Row(**row) if row else None
