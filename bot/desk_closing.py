"""When the contact centre shuts, those who still wait are told, once."""

from __future__ import annotations

from datetime import datetime

from bot.desk_parts import DeskParts, tell
from bot.handoff import Handoff, HandoffStatus
from bot.ports import DESK, POST, Parcel
from bot.staff_ports import StaffWork


def tell_we_close(parts: DeskParts, closed_at: datetime, next_open: str) -> list[str]:
    """Ids of the cases whose citizens were told. ``closed_at`` (any zone) names the closing: each
    citizen is told of one closing once, however many processes ask. Whoever asked after it knew
    already; danger is not put off."""
    with parts.store.begin() as work:
        waiting = work.handoffs.with_status(HandoffStatus.WAITING)
    late = [h for h in waiting if h.asked_at < closed_at and h.urgency != "urgent"]
    return [h.id for h in late if _tell(parts, h, closed_at, next_open)]


def _tell(parts: DeskParts, handoff: Handoff, closed_at: datetime, next_open: str) -> bool:
    whose = handoff.conversation_id
    with parts.turn.locks.hold(whose), parts.store.begin() as work:
        conversation = work.conversations.get(whose)
        held = work.handoffs.get(handoff.id)
        still = held is not None and held.status is HandoffStatus.WAITING
        if conversation is None or not still or not _first(parts, work, handoff, closed_at):
            return False
        tell(parts, work, conversation, "desk_closing", next_open=next_open)
        work.commit()
    parts.turn.live.changed([whose, DESK, POST])
    return True


def _first(parts: DeskParts, work: StaffWork, handoff: Handoff, closed_at: datetime) -> bool:
    """A parcel that is done from the start marks that this was said: its id can be there once."""
    key = f"closing-{closed_at:%y%m%d%H%M}-{handoff.id}"[:40]
    now = parts.turn.clock.now()
    payload = {"conversation_id": handoff.conversation_id}
    new = work.outbox.put_once(Parcel(key, "closing", payload), now)
    if new:
        work.outbox.done(key, now)
    return new
