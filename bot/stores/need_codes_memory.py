"""The sample and the codes of needs in memory, for tests and trials."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.need_codes import NeedCode, NotInSample


@dataclass
class MemoryNeedCodes:
    """``NeedCodes`` over ``began``: conversation → when it began. ``guarded``: those with a case
    that is or was the safeguarding team's."""

    began: Mapping[str, datetime]
    dice: random.Random = field(default_factory=random.Random)
    guarded: set[str] = field(default_factory=set)
    _sample: set[str] = field(default_factory=set)
    _codes: dict[tuple[str, str], NeedCode] = field(default_factory=dict)

    def draw(
        self, number: int, by: str, at: datetime, since: date | None, until: date | None
    ) -> int:
        left = [
            name for name, when in sorted(self.began.items())
            if name not in self._sample | self.guarded
            and (since is None or when.date() >= since)
            and (until is None or when.date() < until)
        ]  # fmt: skip
        drawn = self.dice.sample(left, min(number, len(left)))
        self._sample |= set(drawn)
        return len(drawn)

    def sample(self) -> list[str]:
        return sorted(self._sample - self.guarded)

    def codes(self) -> list[NeedCode]:
        found = self._codes.values()
        return sorted(found, key=lambda c: (c.conversation_id, c.at, c.coder))

    def put(self, code: NeedCode) -> None:
        key = code.conversation_id, code.coder
        if code.conversation_id not in self._sample or key in self._codes:
            raise NotInSample
        self._codes[key] = code
