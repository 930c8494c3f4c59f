"""Which texts may wake somebody up, and which wait for the morning.

A text that answers the citizen goes out at once at any hour, as does everything in danger. One
that we start, such as an agent's answer many hours later, waits until the quiet hours are over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.council import Council
from bot.message import Message, Sender

STILL_WAITING = timedelta(hours=1)
"""Someone who wrote so short a time ago is awake and waits for the answer."""


def send_no_sooner(council: Council, so_far: Iterable[Message], now: datetime) -> datetime | None:
    """When a text to this citizen may go out; None is now. ``so_far``: all that was said."""
    ends = council.quiet_until(now)
    if ends is None:
        return None
    written = [m.at for m in so_far if m.sender is Sender.CITIZEN and m.at <= now]
    if written and now - max(written) <= STILL_WAITING:
        return None
    return ends
