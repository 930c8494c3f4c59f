"""One at a time, nearly in the order of coming."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.stores.engine import open_engine
from bot.stores.turnstile import PATIENCE, Turnstile


def test_one_at_a_time_however_many_come():
    turnstile, inside, most = Turnstile(), [], []

    def pass_through(_n):
        assert turnstile.acquire(timeout=60)
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.0005)
        inside.pop()
        turnstile.release()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(pass_through, range(600)))
    assert (len(most), max(most)) == (600, 1)


def test_whoever_waits_in_vain_is_told_and_holds_nobody_up():
    turnstile = Turnstile()
    assert turnstile.acquire(timeout=0)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(turnstile.acquire, 0.05).result() is False
        turnstile.release()
        assert pool.submit(turnstile.acquire, 0.05).result() is True
    turnstile.release()
    assert turnstile.acquire(timeout=0)


def test_the_one_who_waited_longest_comes_before_one_who_asks_again_and_again():
    turnstile, is_in = Turnstile(), threading.Event()
    turnstile.acquire(timeout=0)
    waiting = threading.Thread(target=lambda: turnstile.acquire(timeout=60) and is_in.set())
    waiting.start()
    time.sleep(PATIENCE + 0.1)
    turnstile.release()
    assert turnstile.acquire(timeout=0.05) is False, "the turn was theirs, not ours again"
    waiting.join()
    assert is_in.is_set()


def test_only_who_has_the_turn_has_it():
    turnstile = Turnstile()
    assert not turnstile.is_mine
    turnstile.acquire(timeout=0)
    assert turnstile.is_mine
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: turnstile.is_mine).result() is False
        pool.submit(turnstile.release).result()
    assert not turnstile.is_mine


def test_a_transaction_in_a_transaction_is_said_at_once_and_holds_nobody_up(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/some.db")
    with (
        engine.begin(),
        pytest.raises(RuntimeError, match="inside another"),
        engine.begin(),
    ):
        pass
    with engine.begin() as db:
        assert db.scalar(sa.text("select 1")) == 1


def test_a_transaction_gives_up_after_its_longest_wait(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/some.db", longest_wait=0.1)

    def begin():
        with engine.begin():
            pass

    with (
        ThreadPoolExecutor(1) as pool,
        engine.begin(),
        pytest.raises(sa.exc.TimeoutError, match="busy for too long"),
    ):
        pool.submit(begin).result()
    begin()
