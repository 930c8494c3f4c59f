"""The place in the queue and the range of recent waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.handoff import Handoff
from bot.wait import FEWEST, estimate_wait, place_in_queue, waits_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def case(name, team="contact_centre", waited=None):
    claimed = NOW if waited is not None else None
    asked = NOW - timedelta(seconds=waited or 0)
    return Handoff(name, name, team, "routine", "talk_to_person", (), asked, claimed_at=claimed)


def test_the_place_counts_only_ones_own_team():
    queue = [case("a"), case("b", "housing"), case("c"), case("d")]
    assert [place_in_queue(c, queue) for c in queue] == [1, 1, 2, 3]
    assert place_in_queue(case("new"), queue) == 4


def test_too_few_waits_give_no_figure():
    assert estimate_wait(2, [60.0] * (FEWEST - 1)).high is None


def test_the_range_is_that_of_eight_in_ten():
    waits = [60.0 * n for n in range(1, 12)]  # 1 … 11 minutes
    found = estimate_wait(3, waits)
    assert (found.position, found.low, found.high) == (3, 2, 10)


def test_waits_are_from_asking_to_being_taken():
    assert waits_of([case("a", waited=90), case("b")]) == [90.0]


@given(st.lists(st.floats(-10, 1e6), min_size=FEWEST, max_size=200))
def test_the_range_holds_the_middle_and_never_promises_nothing(waits):
    found = estimate_wait(1, waits)
    middle = sorted(max(0.0, w) for w in waits)[len(waits) // 2] / 60
    assert found.low is not None and found.high is not None
    assert 0 <= found.low < found.high
    assert found.low <= middle <= found.high + 1e-6
