"""F4: the capacity we publish is measured at a constant rate of arrival, and says on what."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.capacity import TEXTS, Arrivals, arrive, citizen, table_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def test_f4_messages_that_arrive_at_a_constant_rate_are_all_answered(product):
    found = arrive(lambda: citizen(product.url), TEXTS, per_second=3, seconds=6)
    assert (found.sent, found.failed) == (18, 0)
    assert found.p95 < 8000, "later than a person is offered instead"


def test_f4_the_published_capacity_names_its_machine_and_its_rate():
    page = PAGE.read_text("utf-8")
    said = re.search(r"(\d{4}-\d\d-\d\d), (\d+) cores \((\w+)\).*?\*\*(\d+) messages", page, re.S)
    assert said and int(said[4]) > 0


def test_f4_a_rate_with_a_failure_is_not_published():
    good, bad = Arrivals(4, 60, 0, 50, 90), Arrivals(8, 120, 1, 60, 100)
    slow = Arrivals(6, 90, 0, 500, 2500)
    assert "**4 messages a second**" in table_of([good, slow, bad])
