"""A ``bot.desk_visit.VisitBook`` in memory, for tests and for trying the desk without a council."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.desk_visit import BookedVisit, FreeVisit, VisitGone, VisitsUnavailable


@dataclass
class MemoryVisits:
    """``held`` are the free times; ``down`` makes it unavailable. ``contacts`` is what it was
    told, by reference."""

    held: dict[str, FreeVisit] = field(default_factory=dict)
    down: bool = False
    contacts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _booked: dict[str, BookedVisit] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def free(self, *, step_free: bool, interpreter: str | None) -> Sequence[FreeVisit]:
        """Every free time, the soonest first."""
        if self.down:
            raise VisitsUnavailable
        return sorted(self.held.values(), key=lambda visit: visit.starts_at)

    def book(self, visit_id: str, contact: Mapping[str, str], key: str) -> BookedVisit:
        """Book one, once for each key."""
        if self.down:
            raise VisitsUnavailable
        with self._lock:
            if key in self._booked:
                return self._booked[key]
            visit = self.held.pop(visit_id, None)
            if visit is None:
                raise VisitGone
            made = BookedVisit(f"A-{len(self._booked) + 1:04d}", visit.place, visit.starts_at)
            self._booked[key] = made
            self.contacts[made.reference] = dict(contact)
        return made
