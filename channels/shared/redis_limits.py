"""Limits that hold over every process: one bucket in Redis for each key."""

from __future__ import annotations

from channels.limits import Limiter, TooManyRequests
from channels.shared.redis_server import RedisServer, SharedDown

# A bucket of `per_minute` that fills evenly, by Redis's own clock, in one step: two processes
# cannot both take the last one. Answers 0, or how many seconds until there is one again.
TAKE = """
local most, now = tonumber(ARGV[1]), redis.call('TIME')
now = now[1] + now[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(most, (tonumber(held[1]) or most)
                            + math.max(0, now - (tonumber(held[2]) or now)) * most / 60)
local wait = 0
if left < 1 then wait = math.max(1, math.ceil((1 - left) * 60 / most)) else left = left - 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 61)
return wait
"""


class RedisLimiter:
    """A ``Limiter``. While Redis is away, ``alone`` counts what comes to this process."""

    def __init__(self, server: RedisServer, alone: Limiter) -> None:
        self._server, self._alone = server, alone
        self._take = server.client.register_script(TAKE)

    def take(self, key: str, per_minute: int) -> None:
        """Count one. Raises TooManyRequests."""
        keys = [self._server.key("limit", key)]
        try:
            wait = int(self._server.ask(self._take, keys=keys, args=[per_minute]))
        except SharedDown:
            return self._alone.take(key, per_minute)
        if wait:
            raise TooManyRequests(wait)
