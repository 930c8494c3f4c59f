"""How long a citizen waits for a person: their place in the queue and what others waited.

Nothing here is a promise. The range is what eight in ten people who were served lately have
really waited; with too few of them there is no figure at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.handoff import Handoff

LATELY = timedelta(days=7)
FEWEST = 5
"""With fewer served than this lately, a range would be chance."""


@dataclass(frozen=True)
class Wait:
    """``position``: 1 is next. ``low`` and ``high``: minutes that eight in ten people waited,
    both None while too few were served lately."""

    position: int
    low: int | None = None
    high: int | None = None


def place_in_queue(handoff: Handoff, waiting: Sequence[Handoff]) -> int:
    """The place of ``handoff`` among those ``waiting`` for the same team, first is 1.

    ``waiting`` is in the order in which the desk takes them. One that is not there is last.
    """
    queue = [other.id for other in waiting if other.team == handoff.team]
    return queue.index(handoff.id) + 1 if handoff.id in queue else len(queue) + 1


def waits_of(served: Sequence[Handoff]) -> list[float]:
    """Seconds that each of ``served`` waited until a person took the case."""
    return [(h.claimed_at - h.asked_at).total_seconds() for h in served if h.claimed_at]


def estimate_wait(position: int, waits: Sequence[float]) -> Wait:
    """The place, with the middle eight tenths of recent ``waits`` (seconds) as minutes.

    The low end is rounded down and the high end up, so that rounding never promises more.
    """
    if len(waits) < FEWEST:
        return Wait(position)
    ordered = sorted(max(0.0, wait) for wait in waits)
    low = math.floor(_quantile(ordered, 0.1) / 60)
    high = math.ceil(_quantile(ordered, 0.9) / 60)
    return Wait(position, low, max(high, low + 1))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """By linear interpolation between the two nearest (type 7 of Hyndman and Fan, 1996)."""
    place = (len(ordered) - 1) * share
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
