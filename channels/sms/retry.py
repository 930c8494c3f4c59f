"""When to try a text again."""

from __future__ import annotations

from datetime import timedelta

WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    *(timedelta(hours=1) for _ in range(24)),
)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after this many attempts (at least 1); None: after a day, give up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
