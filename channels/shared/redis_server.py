"""The way to Redis: short waits, and none at all for a while after it has failed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from pybreaker import CircuitBreaker, CircuitBreakerError
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.errors import FairwayError

log = logging.getLogger(__name__)
T = TypeVar("T")

WAIT = 0.5
"""Seconds a call may take: a citizen waits behind it."""
REST = 2.0
"""Seconds Redis is left alone after a failure, so that not every turn waits for it."""


class SharedDown(FairwayError):
    """Redis is not answering. Each process goes on by itself until it does."""


class RedisServer:
    """One Redis. ``key`` names things in it without saying whose they are."""

    def __init__(self, url: str, secret: str, prefix: str = "fairway") -> None:
        self._secret, self.prefix = secret.encode(), prefix
        self.client: redis.Redis = redis.Redis.from_url(
            url,
            socket_timeout=WAIT,
            socket_connect_timeout=WAIT,
            retry=Retry(NoBackoff(), 1),  # once: the connection may have been closed meanwhile
            retry_on_error=[redis.exceptions.ConnectionError],
        )
        self._breaker = CircuitBreaker(
            fail_max=1, reset_timeout=REST, throw_new_error_on_trip=False
        )

    def key(self, kind: str, name: str) -> str:
        """A key for ``name``, which may be a phone number or an address: only its keyed hash
        (HMAC-SHA256, 128 bits) goes into Redis."""
        digest = hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()[:32]
        return f"{self.prefix}:{kind}:{digest}"

    def ask(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """What ``call`` answers. Raises SharedDown, at once while Redis is left alone."""
        try:
            answer: T = self._breaker.call(call, *arguments, **named)
        except CircuitBreakerError as error:
            raise SharedDown from error
        except redis.exceptions.RedisError as error:
            log.warning("redis does not answer: %s", type(error).__name__)
            raise SharedDown from error
        return answer
