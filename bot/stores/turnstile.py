"""One at a time, and nobody waits for long while others pass."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 0.25
"""Seconds after which the one who has waited longest is let in before all others."""


@dataclass(eq=False)
class _Waiting:
    """Somebody who waits: since when, and what lets them in."""

    since: float
    is_let_in: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Turnstile:
    """A lock whose order is nearly that of coming. A plain lock gives the turn to whoever asks in
    the moment it is free, so that on a busy machine a few threads can wait until they give up; one
    that always gives it to the first in the queue changes threads every time, which costs more than
    the work. This one does the former until the first has waited for PATIENCE."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._mutex = clock, threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._holder: int | None = None
        self._is_taken = False

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn now."""
        return self._is_taken and self._holder == threading.get_ident()

    def acquire(self, timeout: float) -> bool:
        """Wait for the turn for at most ``timeout`` seconds; False when it did not come."""
        with self._mutex:
            if not self._is_taken:
                return self._take()
            mine = _Waiting(self._clock())
            self._queue.append(mine)
        end = mine.since + timeout
        while True:
            is_woken = mine.is_let_in.acquire(timeout=max(0.0, end - self._clock()))
            with self._mutex:
                if self._is_taken and mine in self._queue:  # somebody was quicker, or time is up
                    if is_woken:
                        continue
                    self._queue.remove(mine)
                    return False
                if mine in self._queue:
                    self._queue.remove(mine)
                return self._take()  # free, or kept for us

    def release(self) -> None:
        """Give the turn to the first in the queue if it waited for PATIENCE, else to whoever is
        quickest."""
        with self._mutex:
            self._holder = None
            first = self._queue[0] if self._queue else None
            if first and self._clock() - first.since >= PATIENCE:
                self._queue.popleft()  # the turn stays taken: it is theirs
            else:
                self._is_taken = False
            if first:
                first.is_let_in.release()

    def _take(self) -> bool:
        self._is_taken, self._holder = True, threading.get_ident()
        return True
