"""What a contact centre's own platform is told of a case: that something happened, never what was
said. Kept in the outbox in the same transaction, so that nothing is told that did not happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.handoff import Handoff, HandoffStatus
from bot.ports import Outbox, Parcel, UnitOfWork

DESK_EVENT = "desk_event"
WAITING = "case_waiting"


def put_event(
    outbox: Outbox,
    key: str,
    event: str,
    handoff: Handoff,
    who: str,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    """One event, once for each ``key``: it goes along as the event's id."""
    payload = {
        "id": key,
        "event": event,
        "case": handoff.id,
        "conversation_id": handoff.conversation_id,
        "team": handoff.team,
        "urgency": handoff.urgency,
        "who": who,
        "at": now.isoformat(),
        "detail": dict(detail),
    }
    outbox.put_once(Parcel(key, DESK_EVENT, payload), now)


def put_waiting(work: UnitOfWork, now: datetime) -> int:
    """An event for each case that waits and has not been told of; how many wait. A case that
    comes back to the queue has an event of its own."""
    waiting = work.handoffs.with_status(HandoffStatus.WAITING)
    for handoff in waiting:
        key = f"w-{handoff.id}"[:40]
        put_event(work.outbox, key, WAITING, handoff, "", handoff.asked_at, {})
    return len(waiting)
