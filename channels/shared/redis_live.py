"""Wake open pages in every process when a conversation or the desk's queue changes.

Redis carries the name of what changed and nothing of what it holds. A wake-up that is lost
costs a delay, never a message: a page that watches reads the database again by itself.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Sequence
from typing import Any

import redis

from channels.live import LiveHub
from channels.shared.redis_server import REST, RedisServer, SharedDown

log = logging.getLogger(__name__)


class RedisLive(LiveHub):
    """A LiveHub whose changes reach the other processes too, between ``start`` and ``stop``."""

    def __init__(self, server: RedisServer) -> None:
        super().__init__()
        self._server, self._me = server, secrets.token_hex(8)
        self._channel = f"{server.prefix}:live"
        self._stopping, self.listening = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to hear of changes elsewhere."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._listen, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread:
            self._thread.join(5)

    def changed(self, topics: Sequence[str]) -> None:
        """Wake whoever watches any of these topics, here at once and elsewhere by Redis."""
        super().changed(topics)
        try:
            said = json.dumps([self._me, *topics])
            self._server.ask(self._server.client.publish, self._channel, said)
        except SharedDown:
            return  # the others read the database again by themselves

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._hear()
            except redis.exceptions.RedisError as error:
                log.warning("live updates rest: %s", type(error).__name__)
            self.listening.clear()
            self._stopping.wait(REST)

    def _hear(self) -> None:
        client: Any = self._server.client  # its pubsub() has no types
        with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.subscribe(self._channel)
            # What changed while nobody listened is looked for by whoever watches.
            super().changed(self._watched())
            while not self._stopping.is_set():
                message = pubsub.get_message(timeout=0.2)
                self.listening.set()
                if message:
                    self._wake(message["data"])

    def _wake(self, data: bytes) -> None:
        try:
            sender, *topics = json.loads(data)
        except ValueError:
            return
        if sender != self._me:
            super().changed([str(topic) for topic in topics])
