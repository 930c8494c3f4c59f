"""Bin days that cannot be true are refused; those that can are kept with their source."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from actions.gateways.base import GatewayNonsense
from actions.gateways.bins import read_bin_days

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def bins(*pairs: tuple[object, object]) -> dict[str, object]:
    return {"bins": [{"type": kind, "collectionDate": day} for kind, day in pairs]}


GOOD = bins(("Recycling", "01/12/2026"), ("General", "24/11/2026"))


def test_good_days_are_sorted_and_say_where_and_when_from() -> None:
    days = read_bin_days(GOOD, "http://bins.test", NOW)
    assert days.collections == (
        ("General", date(2026, 11, 24)),
        ("Recycling", date(2026, 12, 1)),
    )
    assert (days.source, days.fetched_at) == ("http://bins.test", NOW)


def test_a_stored_answer_keeps_its_own_source_and_age() -> None:
    stored = GOOD | {"source": "The council's page", "fetched_at": "2026-11-20T06:00:00Z"}
    days = read_bin_days(stored, "http://bins.test", NOW)
    assert (days.source, days.fetched_at.day) == ("The council's page", 20)


@pytest.mark.parametrize(
    "answer",
    [
        bins(("A", "24/11/2026"), ("B", "24/11/2026"), ("C", "24/11/2026")),
        bins(("A", "24/11/2026"), ("B", "25/11/2027")),
        bins(("A", "24/11/2026"), ("B", "22/11/2026")),
        bins(("A", "01/01/1970")),
        bins(("A", "Your next collection is on Tuesday")),
        bins(("A", "No collection this week")),
        bins(("A", "2026-11-24")),
        bins(("A", "31/02/2027")),
        bins(("A", "00/00/0000")),
        bins(("A", "٢٤/١١/٢٠٢٦")),
        bins(("A", "")),
        bins(("A", None)),
        bins(("A", 20261124)),
        bins(("", "24/11/2026")),
        bins((None, "24/11/2026")),
        {"bins": []},
        {"bins": None},
        {"bins": "No bins"},
        {"bins": [None]},
        {"bins": ["24/11/2026"]},
        {},
        [],
        None,
        "Sorry, something went wrong",
        {"error": "Sorry"},
    ],
)
def test_days_that_cannot_be_true_are_nonsense(answer: object) -> None:
    with pytest.raises(GatewayNonsense):
        read_bin_days(answer, "http://bins.test", NOW)


@pytest.mark.parametrize(
    "answer",
    [
        bins(("A", "23/11/2026")),
        bins(("A", "24/11/2026"), ("B", "24/11/2026")),
        bins(("A", "24/11/2026"), ("B", "24/11/2026"), ("C", "01/12/2026")),
        bins(("A", "24/11/2027")),
        bins(("A", "1/12/2026")),
    ],
)
def test_unusual_days_that_can_be_true_are_kept(answer: object) -> None:
    assert read_bin_days(answer, "http://bins.test", NOW).collections


def test_today_is_the_councils_today() -> None:
    just_past_midnight_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    with pytest.raises(GatewayNonsense, match="gone by"):
        read_bin_days(bins(("A", "30/06/2026")), "x", just_past_midnight_in_summer)
    assert read_bin_days(bins(("A", "01/07/2026")), "x", just_past_midnight_in_summer)
