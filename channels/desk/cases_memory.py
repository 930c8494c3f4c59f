"""A ``bot.council_case.CaseLooker`` in memory, for tests and for trying the desk out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.council_case import CaseLook, CouncilCase


@dataclass
class MemoryCases:
    """``held`` is how each case is, by reference; ``down``: no system answers."""

    held: dict[str, CaseLook] = field(default_factory=dict)
    down: bool = False

    def look(self, cases: Sequence[CouncilCase]) -> Mapping[str, CaseLook]:
        """What is held; the rest is not known here."""
        if self.down:
            return {case.reference: CaseLook(problem="silent") for case in cases}
        unknown = CaseLook(problem="unknown")
        return {case.reference: self.held.get(case.reference, unknown) for case in cases}
