"""One suite for what Fairway's processes have in common, run on memory and Redis alike.

``near`` and ``far`` are the same process when it is kept in memory, and two with Redis.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.ports import Locks
from channels.limits import Limiter, MemoryLimiter, TooManyRequests
from channels.live import LiveHub
from channels.locks import ProcessLocks
from channels.shared.redis_limits import RedisLimiter
from channels.shared.redis_live import RedisLive
from channels.shared.redis_locks import ConversationBusy, RedisLocks
from channels.shared.redis_server import RedisServer, SharedDown
from tests.servers import REDIS, redis_prefix

NOBODY = "redis://127.0.0.1:1/0"


@dataclass(frozen=True)
class Process:
    """What one process of Fairway works with."""

    live: LiveHub
    locks: Locks
    limiter: Limiter


def with_redis(prefix: str, url: str = REDIS) -> Process:
    server = RedisServer(url, "a secret", prefix)
    locks = RedisLocks(server, ProcessLocks(), life=0.6, longest=0.3)
    return Process(RedisLive(server), locks, RedisLimiter(server, MemoryLimiter()))


@pytest.fixture(params=["memory", "redis"])
def processes(request) -> Iterator[tuple[Process, Process]]:
    if request.param == "memory":
        alone = Process(LiveHub(), ProcessLocks(), MemoryLimiter())
        yield alone, alone
        return
    with redis_prefix() as prefix:
        near, far = with_redis(prefix), with_redis(prefix)
        for process in (near, far):
            process.live.start()
        assert near.live.listening.wait(60) and far.live.listening.wait(60)
        yield near, far
        for process in (near, far):
            process.live.stop()


@pytest.fixture
def prefix() -> Iterator[str]:
    with redis_prefix() as made:
        yield made


def watch(process: Process, topic: str, seconds: float = 5) -> tuple[threading.Thread, list[bool]]:
    woken: list[bool] = []
    thread = threading.Thread(
        target=lambda: woken.append(asyncio.run(process.live.wait(topic, seconds)))
    )
    thread.start()
    while topic not in process.live._watched():
        time.sleep(0.005)
    return thread, woken


def test_a_change_wakes_who_watches_it_and_nobody_else(processes):
    near, far = processes
    mine, woken = watch(far, "one")
    other, still = watch(far, "two", 0.4)
    near.live.changed(["one", "desk"])
    mine.join()
    other.join()
    assert (woken, still) == ([True], [False])


def test_s8_a_limit_holds_over_every_process_and_says_how_long_to_wait(processes):
    near, far = processes
    for process in (near, far, near):
        process.limiter.take("talk 10.0.0.9", 3)
    with pytest.raises(TooManyRequests) as refused:
        far.limiter.take("talk 10.0.0.9", 3)
    assert 1 <= refused.value.seconds <= 20
    near.limiter.take("talk 10.0.0.8", 3)


def test_s8_many_at_once_get_no_more_than_the_limit(processes):
    taken: list[int] = []

    def ask(process: Process) -> None:
        try:
            process.limiter.take("one", 5)
            taken.append(1)
        except TooManyRequests:
            pass

    threads = [threading.Thread(target=ask, args=(processes[i % 2],)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 5


def test_one_turn_of_a_conversation_at_a_time(processes):
    busy, most = [], []

    def turn(process: Process) -> None:
        with process.locks.hold("one"):
            busy.append(1)
            most.append(len(busy))
            time.sleep(0.01)
            busy.pop()

    threads = [threading.Thread(target=turn, args=(processes[i % 2],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_other_conversations_do_not_wait(processes):
    near, far = processes
    with near.locks.hold("one"), far.locks.hold("two"):
        pass


def test_f1_a_killed_process_does_not_hold_its_conversation_up_for_long(prefix):
    near, far = with_redis(prefix), with_redis(prefix)
    near.locks._take(near.locks._server.key("lock", "one"), "its token")
    near.locks._held.clear()  # nobody keeps it alive any more
    with pytest.raises(ConversationBusy), far.locks.hold("one"):
        pass
    time.sleep(0.4)
    with far.locks.hold("one"):
        pass


def test_a_turn_longer_than_the_lock_lives_keeps_it(prefix):
    near, far = with_redis(prefix), with_redis(prefix)
    with near.locks.hold("one"):
        time.sleep(0.9)
        with pytest.raises(ConversationBusy), far.locks.hold("one"):
            pass
    with far.locks.hold("one"):
        pass


def test_f3_without_redis_each_process_goes_on_by_itself(prefix):
    alone = with_redis(prefix, NOBODY)
    with alone.locks.hold("one"):
        pass
    alone.live.changed(["one"])
    alone.limiter.take("one", 1)
    with pytest.raises(TooManyRequests):
        alone.limiter.take("one", 1)


def test_f3_a_redis_that_failed_is_left_alone_for_a_moment(prefix):
    server = RedisServer(NOBODY, "a secret", prefix)
    for _ in range(2):
        with pytest.raises(SharedDown):
            server.ask(server.client.ping)
    asked = []
    with pytest.raises(SharedDown):
        server.ask(lambda: asked.append("again"))
    assert not asked


def test_s10_redis_holds_no_number_and_no_address(prefix):
    process = with_redis(prefix)
    process.limiter.take("sms 447700900123", 60)
    process.limiter.take("talk 203.0.113.9", 60)
    server = RedisServer(REDIS, "a secret", prefix)
    held = list(server.client.scan_iter(f"{prefix}:*"))
    assert len(held) == 2
    for key in held:
        assert b"447700900123" not in key and b"203.0.113.9" not in key
        assert 0 < server.client.ttl(key) <= 61
