"""Wake open pages when a conversation or the desk's queue changes, within one process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence


class LiveHub:
    """A ``bot.ports.Live`` for pages held open by this process.

    Watchers live on event loops, changes come from worker threads. A woken watcher reads
    the database again, so a wake-up that is missed costs a delay and never a message.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}

    def start(self) -> None:
        """Nothing to do for one process alone."""

    def stop(self) -> None:
        """Nothing to do for one process alone."""

    def _watched(self) -> list[str]:
        with self._lock:
            return list(self._watchers)

    def changed(self, topics: Sequence[str]) -> None:
        """Wake whoever watches any of these topics. Safe from any thread."""
        with self._lock:
            woken = [w for topic in topics for w in self._watchers.get(topic, ())]
        for loop, event in woken:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self, topic: str, seconds: float) -> bool:
        """Until ``topic`` changes (True) or ``seconds`` have passed (False)."""
        event = asyncio.Event()
        watcher = (asyncio.get_running_loop(), event)
        with self._lock:
            self._watchers.setdefault(topic, set()).add(watcher)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._forget(topic, watcher)
        return True

    def _forget(self, topic: str, watcher: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        with self._lock:
            watchers = self._watchers.get(topic, set())
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(topic, None)
