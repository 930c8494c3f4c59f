"""What several Fairway processes have in common: live updates, limits and locks.

One process needs none of it. With ``FAIRWAY_REDIS_URL`` set, Redis carries all three; while
Redis is away each process goes on by itself (docs/operations.md says what that means).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Locks
from channels.limits import Limiter, MemoryLimiter
from channels.live import LiveHub
from channels.locks import ProcessLocks
from channels.settings import Settings


@dataclass(frozen=True)
class Shared:
    """The three, in memory or in Redis."""

    live: LiveHub
    locks: Locks
    limiter: Limiter


def make_shared(settings: Settings) -> Shared:
    """In this process's memory, or in Redis where one is named."""
    if not settings.redis_url:
        return Shared(LiveHub(), ProcessLocks(), MemoryLimiter())
    # Imported here: a default installation starts sooner without it.
    from channels.shared.redis_limits import RedisLimiter
    from channels.shared.redis_live import RedisLive
    from channels.shared.redis_locks import RedisLocks
    from channels.shared.redis_server import RedisServer

    server = RedisServer(settings.redis_url, settings.secrets.session_secret)
    return Shared(
        RedisLive(server), RedisLocks(server, ProcessLocks()), RedisLimiter(server, MemoryLimiter())
    )
