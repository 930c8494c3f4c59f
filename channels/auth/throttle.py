"""Slow down guessing of passwords."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 10
PER_ACCOUNT = 60  # from anywhere: high, so that a stranger cannot lock someone out easily
PER_ADDRESS = 60  # a whole council may sit behind one address
KEYS_KEPT = 10_000


@dataclass
class Throttle:
    """Counts wrong sign-ins of the last 15 minutes, in this process.

    A try is counted before the password is looked at, so that many at once are not
    more than many in a row, and taken back when the password was right.
    """

    now: Callable[[], datetime]
    _tries: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, account: str, address: str) -> bool:
        """Whether one more try is allowed; counts it if so."""
        now = self.now()
        with self._lock:
            self._forget_old(now)
            limits = _limits(account, address)
            if any(len(self._tries.get(key, ())) >= limit for key, limit in limits.items()):
                return False
            for key in limits:
                self._tries.setdefault(key, deque()).append(now)
            return True

    def was_right(self, account: str, address: str) -> None:
        """Take the last try back, and forgive the slips of this person before it."""
        both, *shared = _limits(account, address)
        with self._lock:
            self._tries.pop(both, None)
            for key in shared:
                if self._tries.get(key):
                    self._tries[key].pop()

    def _forget_old(self, now: datetime) -> None:
        if len(self._tries) > KEYS_KEPT:
            newest = sorted(self._tries, key=lambda key: self._tries[key][-1])
            for key in newest[: KEYS_KEPT // 2]:
                del self._tries[key]
        for key in list(self._tries):
            tries = self._tries[key]
            while tries and now - tries[0] >= WINDOW:
                tries.popleft()
            if not tries:
                del self._tries[key]


def _limits(account: str, address: str) -> dict[str, int]:
    return {
        f"both {account} {address}": PER_ACCOUNT_AND_ADDRESS,
        f"account {account}": PER_ACCOUNT,
        f"address {address}": PER_ADDRESS,
    }
