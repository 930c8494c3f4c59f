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
REST = timedelta(seconds=30)
"""For what was not tried because ``url`` did not answer: as after a first try."""
GIVE_UP_AFTER = 30
"""Attempts, each event's own, the last of them an hour apart: about a day."""


@dataclass(frozen=True)
class DeskHook:
    """``url`` is called once an event, in the order they happened as long as it takes them; after
    a failure ``at`` tells the order."""

    parts: DeskParts
    url: str
    secret: str

    def run_once(self) -> None:
        """Send what is due. Where ``url`` does not answer, the rest waits for another round; where
        it refuses one event, that one waits alone."""
        now = self.parts.turn.clock.now()
        with self.parts.store.begin() as work:
            put_waiting(work, now)
            parcels = work.outbox.lease(DESK_EVENT, now, now + LEASE, AT_ONCE)
            work.commit()
        parcels.sort(key=lambda parcel: str(parcel.payload.get("at")))
        with httpx.Client(trust_env=False, timeout=SECONDS) as client:
            for place, parcel in enumerate(parcels):
                try:
                    self._send(client, parcel)
                except httpx.HTTPError as error:
                    self._put_back(parcel)
                    if not _refused(error):
                        return self._leave(parcels[place + 1 :])

    def _send(self, client: httpx.Client, parcel: Parcel) -> None:
        body = json.dumps(dict(parcel.payload), ensure_ascii=False).encode()
        now = self.parts.turn.clock.now()
        seal = sign(body, int(now.timestamp()), self.secret)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": parcel.id,
            SIGNATURE: seal,
        }
        client.post(self.url, content=body, headers=headers).raise_for_status()
        with self.parts.store.begin() as work:
            work.outbox.done(parcel.id, now)
            work.commit()

    def _put_back(self, parcel: Parcel) -> None:
        now = self.parts.turn.clock.now()
        wait = timedelta(seconds=min(15 * 2**parcel.attempts, 3600))
        with self.parts.store.begin() as work:
            if parcel.attempts >= GIVE_UP_AFTER:
                work.outbox.give_up(parcel.id, now, "no answer")
            else:
                work.outbox.again(parcel.id, now + wait, "no answer")
            work.commit()

    def _leave(self, parcels: list[Parcel]) -> None:
        """Not tried, so none of their tries is used up: they were never refused."""
        due = self.parts.turn.clock.now() + REST
        with self.parts.store.begin() as work:
            for parcel in parcels:
                work.outbox.untried(parcel.id, due)
            work.commit()


def _refused(error: httpx.HTTPError) -> bool:
    """Whether ``url`` is there but will not take this one event. Asking for time is no refusal."""
    status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 500
    return 400 <= status < 500 and status not in (408, 429)
