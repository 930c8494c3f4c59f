"""One turn of a conversation at a time, over every process.

The lock is a key that ends by itself: a process that is killed holds nobody up for longer than
``LIFE``. While it works its lock is kept alive. A lock that was lost all the same (Redis away,
a machine asleep) does no harm, for a turn is kept only if nobody has kept it yet
(``bot/turn_keep.py``).
"""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import FairwayError
from bot.ports import Locks
from channels.shared.redis_server import RedisServer, SharedDown

LIFE = 10.0
"""Seconds a lock outlives the process that held it."""
LONGEST = 60.0
"""Seconds to wait for a conversation; its message is kept and answered later then."""
LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
STAY = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end"


class ConversationBusy(FairwayError):
    """Another message of this conversation is still being answered. Yours is kept."""


class RedisLocks:
    """A ``bot.ports.Locks``. ``near`` orders those who wait within this process."""

    def __init__(
        self, server: RedisServer, near: Locks, life: float = LIFE, longest: float = LONGEST
    ) -> None:
        self._server, self._near, self._life, self._longest = server, near, life, longest
        self._let_go = server.client.register_script(LET_GO)
        self._stay = server.client.register_script(STAY)
        self._held: dict[str, str] = {}
        self._keeper: threading.Thread | None = None
        self._guard = threading.Lock()

    @contextmanager
    def hold(self, conversation_id: str) -> Iterator[None]:
        """Wait for the conversation's turn, and keep it while in the ``with`` block.

        Raises ConversationBusy after ``longest`` seconds.
        """
        key, token = self._server.key("lock", conversation_id), secrets.token_hex(8)
        with self._near.hold(conversation_id):
            held = self._take(key, token)
            try:
                yield
            finally:
                if held:
                    self._give_back(key, token)

    def _take(self, key: str, token: str) -> bool:
        """Whether Redis has the lock for us; False while Redis is away."""
        end, milliseconds = time.monotonic() + self._longest, int(self._life * 1000)
        try:
            while not self._server.ask(
                self._server.client.set, key, token, nx=True, px=milliseconds
            ):
                if time.monotonic() > end:
                    raise ConversationBusy
                time.sleep(random.uniform(0.005, 0.03))  # or many would ask at the same moment
        except SharedDown:
            return False
        with self._guard:
            self._held[key] = token
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="locks", daemon=True)
                self._keeper.start()
        return True

    def _give_back(self, key: str, token: str) -> None:
        with self._guard:
            self._held.pop(key, None)
        try:
            self._server.ask(self._let_go, keys=[key], args=[token])
        except SharedDown:
            return  # it ends by itself

    def _keep(self) -> None:
        """Keep what is held alive, until nothing is."""
        while True:
            time.sleep(self._life / 3)
            with self._guard:
                held = dict(self._held)
                if not held:
                    self._keeper = None
                    return
            for key, token in held.items():
                try:
                    self._server.ask(self._stay, keys=[key], args=[token, int(self._life * 1000)])
                except SharedDown:
                    break
