"""Guessing is slowed down; people who share an address, or slip, are not."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from threading import Thread

import pytest

from channels.auth.throttle import (
    KEYS_KEPT,
    PER_ACCOUNT,
    PER_ACCOUNT_AND_ADDRESS,
    PER_ADDRESS,
    WINDOW,
    Throttle,
)


class Clock:
    def __init__(self):
        self.moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def throttle(clock):
    return Throttle(clock)


def test_one_account_from_one_address(throttle, clock):
    tries = [throttle.begin("asha", "10.0.0.1") for _ in range(PER_ACCOUNT_AND_ADDRESS + 1)]
    assert tries == [True] * PER_ACCOUNT_AND_ADDRESS + [False]
    assert throttle.begin("asha", "10.0.0.2")
    assert throttle.begin("bryn", "10.0.0.1")
    clock.moment += WINDOW
    assert throttle.begin("asha", "10.0.0.1")


def test_one_account_from_many_addresses(throttle):
    tries = [throttle.begin("asha", f"10.0.0.{n}") for n in range(PER_ACCOUNT + 1)]
    assert tries.count(False) == 1


def test_many_accounts_from_one_address(throttle):
    tries = [throttle.begin(f"user{n}", "10.0.0.1") for n in range(PER_ADDRESS + 1)]
    assert tries.count(False) == 1


def test_s8_a_council_behind_one_address_signs_in_all_morning(throttle):
    for n in range(500):
        assert throttle.begin(f"user{n}", "10.0.0.1")
        throttle.was_right(f"user{n}", "10.0.0.1")


def test_being_right_forgives_the_slips_before(throttle):
    for _ in range(3):
        for _ in range(PER_ACCOUNT_AND_ADDRESS - 1):
            assert throttle.begin("asha", "10.0.0.1")
        assert throttle.begin("asha", "10.0.0.1")
        throttle.was_right("asha", "10.0.0.1")


def test_many_at_once_are_not_more_than_many_in_a_row(throttle):
    allowed: list[bool] = []
    threads = [
        Thread(target=lambda: allowed.append(throttle.begin("asha", "10.0.0.1"))) for _ in range(40)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert allowed.count(True) == PER_ACCOUNT_AND_ADDRESS


def test_memory_stays_small_under_a_flood(throttle, clock):
    for n in range(KEYS_KEPT):
        throttle._tries[f"both user{n} 10.0.0.1"] = deque([clock.moment])
    for n in range(10):
        throttle.begin(f"new{n}", f"10.1.0.{n}")
    assert len(throttle._tries) <= KEYS_KEPT
