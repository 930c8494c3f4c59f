"""How often something may be done: per conversation, per number, per address.

A library or a mobile network puts hundreds of people behind one address, so the limit of an
address is wide and that of a conversation narrow.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.errors import BadInput


class TooManyRequests(BadInput):
    """You are sending a lot at once. Please wait a little and send it again."""

    def __init__(self, seconds: int = 1) -> None:
        self.seconds = seconds
        super().__init__()


class Limiter(Protocol):
    """Counts how often something is done."""

    def take(self, key: str, per_minute: int) -> None:
        """Count one. Raises TooManyRequests with the seconds to wait when it is one too many."""


@dataclass
class _Bucket:
    left: float
    at: float


class MemoryLimiter:
    """A Limiter within one process. ``per_minute`` may come at once, then evenly spread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, keys: int = 50_000) -> None:
        self._clock, self._keys = clock, keys
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str, per_minute: int) -> None:
        """Count one. Raises TooManyRequests."""
        now, rate = self._clock(), per_minute / 60
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(per_minute, now)
            bucket.left = min(per_minute, bucket.left + (now - bucket.at) * rate)
            bucket.at = now
            self._buckets[key] = bucket  # put last: the first are the longest unused
            if len(self._buckets) > self._keys:
                self._buckets.pop(next(iter(self._buckets)))
            if bucket.left < 1:
                raise TooManyRequests(max(1, math.ceil((1 - bucket.left) / rate)))
            bucket.left -= 1
