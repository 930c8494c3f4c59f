"""Erase in Chatwoot what was erased here."""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.desk_parts import DeskParts
from bot.ports import Parcel
from channels.chatwoot.client import Chatwoot, ChatwootAway
from channels.privacy.chatwoot_copies import KIND

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
AGAIN = timedelta(minutes=10)
AT_ONCE = 20


def erase_copies(desk: DeskParts, chatwoot: Chatwoot) -> None:
    """Every copy that is due. What cannot be erased now is tried again until it can: nobody may be
    told that something is erased of which a copy is left for good."""
    now = desk.turn.clock.now()
    with desk.store.begin() as work:
        due = work.outbox.lease(KIND, now, now + LEASE, AT_ONCE)
        work.commit()
    for parcel in due:
        _erase(desk, chatwoot, parcel)


def _erase(desk: DeskParts, chatwoot: Chatwoot, parcel: Parcel) -> None:
    now, problem = desk.turn.clock.now(), ""
    try:
        if not chatwoot.admin_token:
            raise ChatwootAway("FAIRWAY_CHATWOOT_ADMIN_TOKEN is not set")
        chatwoot.erase(int(parcel.payload["chatwoot_id"]), parcel.payload.get("contact_id"))
    except ChatwootAway as error:
        problem = str(error)
        log.error("a copy in Chatwoot is not erased yet: %s", problem)
    with desk.store.begin() as work:
        if problem:
            work.outbox.again(parcel.id, now + AGAIN, problem[:200])
        else:
            work.outbox.done(parcel.id, now)
        work.commit()
