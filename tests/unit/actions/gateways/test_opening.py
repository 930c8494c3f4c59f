"""Open now, open next: the times of Open Referral UK, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.gateways.opening import is_open, next_open, read_openings

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # winter: London is on UTC
THURSDAYS = [{"freq": "WEEKLY", "byday": "TH,FR", "opens_at": "10:00:00", "closes_at": "18:00:00"}]


def test_the_next_opening_is_the_first_day_named() -> None:
    times = read_openings(THURSDAYS)
    assert not is_open(times, MONDAY)
    assert next_open(times, MONDAY) == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    assert is_open(times, MONDAY + timedelta(days=3))
    assert not is_open(times, MONDAY + timedelta(days=3, hours=8))


def test_times_are_those_on_the_clock_in_town() -> None:
    times = read_openings([{"byday": "MO", "opens_at": "10:00", "closes_at": "11:00"}])
    summer = datetime(2026, 7, 6, 9, 30, tzinfo=UTC)
    assert is_open(times, summer) and not is_open(times, summer + timedelta(hours=1))


def test_every_other_week_is_counted_from_its_first_day() -> None:
    times = read_openings(
        [
            {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00", "interval": 2}
            | {"dtstart": "2026-11-16"}
        ]
    )
    assert not is_open(times, MONDAY)
    assert next_open(times, MONDAY) == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"byday": "MO"},
        {"byday": "MO", "opens_at": "18:00", "closes_at": "09:00"},
        {"byday": "MO", "opens_at": "25:00", "closes_at": "26:00"},
        {"byday": "2MO", "opens_at": "09:00", "closes_at": "12:00"},
        {"freq": "MONTHLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"},
        {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00", "valid_to": "2020-01-01"},
    ],
)
def test_what_cannot_be_known_is_not_said(item: dict[str, object]) -> None:
    times = read_openings([item])
    assert not is_open(times, MONDAY) and next_open(times, MONDAY) is None


_SCHEDULE = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=12)
        | st.integers()
        | st.sampled_from(["MO,TU", "09:00", "2026-11-16"])
        for name in ("byday", "opens_at", "closes_at", "freq", "interval", "dtstart", "valid_to")
    },
)


@settings(deadline=None)  # what it gives is tested, not how busy the machine is
@given(st.lists(_SCHEDULE, max_size=4), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_any_schedule_gives_a_time_that_is_open(schedules: list[dict], moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    times = read_openings(schedules)
    soonest = next_open(times, now)
    assert soonest is None or (soonest > now and is_open(times, soonest))
