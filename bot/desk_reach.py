"""Who at the desk can be given a case just now, and who says they cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk_parts import DeskParts
from bot.errors import BadInput
from bot.handoff import HandoffStatus
from bot.ports import DESK
from bot.staff import AT_THE_DESK, REACHED_WITHIN, LogEntry, Presence, Staff
from bot.staff_ports import StaffWork

REASON_LIMIT = 200  # characters


class ReasonMissing(BadInput):
    """Say why: your colleagues see it, and nobody waits for you in vain."""


@dataclass(frozen=True)
class Colleague:
    """Someone at the desk. ``here`` is whether a page of theirs is open."""

    staff: Staff
    open_cases: int
    here: bool

    @property
    def is_reachable(self) -> bool:
        """Whether a case passed to them would be answered: here, free, and not full."""
        free = self.staff.presence is Presence.AVAILABLE
        return self.here and free and self.open_cases < self.staff.capacity


def set_presence(parts: DeskParts, who: Staff, presence: Presence, reason: str = "") -> Staff:
    """``who`` as they are from now on. Being busy or away needs a reason. Raises ReasonMissing."""
    why = " ".join(reason.split())[:REASON_LIMIT]
    if presence is not Presence.AVAILABLE and not why:
        raise ReasonMissing
    if presence is Presence.AVAILABLE:
        why = ""
    with parts.store.begin() as work:
        held = work.staff.get(who.id) or who
        changed = replace(held, presence=presence, presence_reason=why)
        work.staff.save(changed)
        detail = {"presence": presence.value, "reason": why}
        now = parts.turn.clock.now()
        work.staff_log.write(LogEntry(now, who.username, "presence_set", who.username, detail))
        work.commit()
    parts.turn.live.changed([DESK])
    return changed


def everyone_at_the_desk(parts: DeskParts) -> list[Colleague]:
    """All who may take cases, by name."""
    with parts.store.begin() as work:
        return colleagues_in(work, parts.turn.clock.now())


def colleagues_in(work: StaffWork, now: datetime) -> list[Colleague]:
    """The same inside a transaction. ``now`` in UTC."""
    held, seen = cases_held(work), work.sessions.last_seen()
    people = [s for s in work.staff.all() if s.active and s.has(*AT_THE_DESK)]
    found = [Colleague(s, held.get(s.username, 0), _is_here(seen.get(s.id), now)) for s in people]
    return sorted(found, key=lambda c: c.staff.name.casefold())


def cases_held(work: StaffWork) -> Counter[str]:
    """User name → how many open cases they hold."""
    held = work.handoffs.with_status(HandoffStatus.CLAIMED)
    return Counter(handoff.claimed_by for handoff in held if handoff.claimed_by)


def _is_here(last: datetime | None, now: datetime) -> bool:
    return last is not None and now - last <= REACHED_WITHIN
