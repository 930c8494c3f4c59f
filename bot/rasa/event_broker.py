"""Rasa's events for the council's data platform: what was understood and done, never a word of it.

Rasa's own broker would publish texts, entities and slots. What goes out here is documented in
``docs/data-platform.md``. A broker that is away holds nobody up: Rasa starts without it, tries
again, and events of the meantime are lost (Fairway's own events are not, they wait in its outbox).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from typing import Any

from rasa.core.brokers.pika import PikaEventBroker

log = logging.getLogger(__name__)
SCHEMA = "fairway.rasa_event.v1"
RETRY = 5.0
"""Seconds between two tries to reach a broker."""


class FairwayEvents(PikaEventBroker):
    """Named in ``endpoints.yml`` with ``url``, ``exchange_name``, ``queues`` and ``key``, which
    makes the pseudonym of a conversation."""

    def __init__(self, host: str, key: str = "", **kwargs: Any) -> None:
        kwargs = {"username": "", "password": "", **kwargs}
        super().__init__(host, should_keep_unpublished_messages=False, **kwargs)
        self._key = key.encode()

    def _configure_url(self) -> str:
        return str(self.host)  # as it is set: Rasa's way would take it apart and lose its port

    async def connect(self) -> None:
        """Return at once; the connection comes when it comes."""
        task = asyncio.get_running_loop().create_task(self._connect_some_time())
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    def publish(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Publish what may be known of ``event``."""
        known = without_words(event, self._key)
        if known is not None and self._exchange is not None:
            super().publish(known, headers)

    async def _connect_some_time(self) -> None:
        self._connection_attempts = 1
        self._retry_delay_in_seconds = 0
        while True:
            try:
                await super().connect()
                return
            except Exception as error:  # aio-pika raises many kinds
                log.warning("the event broker is away: %s", type(error).__name__)
                await asyncio.sleep(RETRY)


def without_words(event: dict[str, Any], key: bytes) -> dict[str, Any] | None:
    """What the data platform may know of an event; None for kinds it never sees."""
    kind = event.get("event")
    sender = str(event.get("sender_id", "")).encode()
    known = {
        "schema": SCHEMA,
        "conversation": hmac.new(key, sender, hashlib.sha256).hexdigest()[:32],
        "event": kind,
        "at": event.get("timestamp"),
    }
    if kind == "user":
        intent = (event.get("parse_data") or {}).get("intent") or {}
        return {**known, "intent": intent.get("name"), "confidence": intent.get("confidence")}
    if kind == "action":
        return {**known, "action": event.get("name"), "policy": event.get("policy")}
    return None
