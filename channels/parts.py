"""What every channel works with, wired once in ``channels/app.py``."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.council import Council
from bot.replies import Replies
from bot.turn_state import TurnParts
from channels.limits import Limiter, MemoryLimiter
from channels.live import LiveHub
from channels.metrics import Metrics
from channels.settings import Settings


@dataclass(frozen=True)
class Parts:
    """``words`` are the pages' own texts, by language (``channels/pages/<lang>.po``)."""

    settings: Settings
    council: Council
    engine: sa.Engine
    turn: TurnParts
    live: LiveHub
    words: Replies
    limiter: Limiter = field(default_factory=MemoryLimiter)
    metrics: Metrics = field(default_factory=Metrics)
