"""Off-switches on SQLAlchemy, and in memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.stores import schema as t
from bot.switches import Off


@dataclass(frozen=True)
class SqlSwitches:
    """``Switches`` in the database, the same for every process."""

    engine: sa.Engine

    def all_off(self) -> list[Off]:
        with self.engine.begin() as db:
            rows = db.execute(t.switches.select().order_by(t.switches.c.name)).mappings()
            return [Off(**row) for row in rows]

    def switch_off(self, off: Off) -> bool:
        try:
            with self.engine.begin() as db:
                db.execute(t.switches.insert(), [asdict(off)])
        except IntegrityError:
            return False
        return True

    def switch_on(self, name: str) -> bool:
        with self.engine.begin() as db:
            return db.execute(t.switches.delete().where(t.switches.c.name == name)).rowcount == 1


@dataclass
class MemorySwitches:
    """``Switches`` in one process."""

    _off: dict[str, Off] = field(default_factory=dict)

    def all_off(self) -> list[Off]:
        return sorted(self._off.values(), key=lambda off: off.name)

    def switch_off(self, off: Off) -> bool:
        return self._off.setdefault(off.name, off) is off

    def switch_on(self, name: str) -> bool:
        return self._off.pop(name, None) is not None
