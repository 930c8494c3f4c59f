"""Tell a contact centre's own platform what happens at the desk, by signed calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import httpx

from bot.desk_events import DESK_EVENT, put_waiting
from bot.desk_parts import DeskParts
from bot.ports import Parcel
from channels.desk.signature import SIGNATURE, sign

LEASE = timedelta(minutes=2)
AT_ONCE = 100
SECONDS = 5.0
GIVE_UP_AFTER = 30
"""Attempts, the last of them an hour apart: about a day."""


@dataclass(frozen=True)
class DeskHook:
    """``url`` is called once an event, in the order they happened as long as it answers; after a
    failure ``at`` tells the order."""

    parts: DeskParts
    url: str
    secret: str

    def run_once(self) -> None:
        """Send what is due. After a failure the rest waits for the next round."""
        now = self.parts.turn.clock.now()
        with self.parts.store.begin() as work:
            put_waiting(work, now)
            parcels = work.outbox.lease(DESK_EVENT, now, now + LEASE, AT_ONCE)
            work.commit()
        parcels.sort(key=lambda parcel: str(parcel.payload.get("at")))
        with httpx.Client(trust_env=False, timeout=SECONDS) as client:
            for place, parcel in enumerate(parcels):
                if not self._send(client, parcel):
                    self._put_back(parcels[place:])
                    return

    def _send(self, client: httpx.Client, parcel: Parcel) -> bool:
        body = json.dumps(dict(parcel.payload), ensure_ascii=False).encode()
        now = self.parts.turn.clock.now()
        seal = sign(body, int(now.timestamp()), self.secret)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": parcel.id,
            SIGNATURE: seal,
        }
        try:
            client.post(self.url, content=body, headers=headers).raise_for_status()
        except httpx.HTTPError:
            return False
        with self.parts.store.begin() as work:
            work.outbox.done(parcel.id, now)
            work.commit()
        return True

    def _put_back(self, parcels: list[Parcel]) -> None:
        now = self.parts.turn.clock.now()
        with self.parts.store.begin() as work:
            for parcel in parcels:
                wait = timedelta(seconds=min(15 * 2**parcel.attempts, 3600))
                if parcel.attempts >= GIVE_UP_AFTER:
                    work.outbox.give_up(parcel.id, now, "no answer")
                else:
                    work.outbox.again(parcel.id, now + wait, "no answer")
            work.commit()
