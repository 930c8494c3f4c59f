"""Opening hours, and the council's file with its errors."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.council import DAYS, LONDON, Council, CouncilHours
from bot.errors import BadFile
from bot.files.council import load_council

GOOD = """\
name: "Council"
slug: council
gss: E06000051
phone: "0345"
text_relay: "18001 0345"
main_place: "Library"
languages:
  en: English
hours:
  monday: "09:00-17:00"
  tuesday: "00:00-24:00"
systems:
  open311: http://127.0.0.1:9/o
"""


@pytest.fixture
def council(tmp_path):
    path = tmp_path / "council.yml"
    path.write_text(GOOD, "utf-8")
    return load_council(path)


@pytest.mark.parametrize(
    ("moment", "is_open", "next_open"),
    [
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True, None),
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), False, "Monday 09:00"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False, "Tuesday 00:00"),
        (datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC), True, None),
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC), False, "Monday 09:00"),
        # British Summer Time: 08:30 UTC is 09:30 in the office.
        (datetime(2026, 6, 22, 8, 30, tzinfo=UTC), True, None),
    ],
)
def test_open_or_when_next(council, moment, is_open, next_open):
    availability = CouncilHours(council).at(moment, waiting=3)
    assert availability.contact_centre_open is is_open
    assert availability.next_open == next_open
    assert availability.queue_wait_minutes == 12


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('name: "Council"', "name:", 1),
        ("slug: council", "slug: [a]", 2),
        ("  monday:", "  moonday:", 10),
        ('"09:00-17:00"', '"9-5"', 10),
        ('"09:00-17:00"', '"25:00-26:00"', 10),
        ("systems:", "sistems:", 12),
        ("  en: English", "  en: 5", 8),
        ("gss: E06000051", "gss: : :", 3),
    ],
)
def test_a_wrong_file_says_where_and_how_to_mend_it(tmp_path, old, new, line):
    path = tmp_path / "council.yml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(BadFile) as caught:
        load_council(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert caught.value.remedy


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(BadFile, match="FAIRWAY_COUNCIL"):
        load_council(tmp_path / "none.yml")


def test_on_holidays_it_stays_shut_and_says_when_it_opens(tmp_path):
    hours = {day: (time(9), time(17)) for day in DAYS[:5]}
    council = Council("T", "t", "E1", "0", "0", "p", {"en": "English"}, hours,
                      holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))  # fmt: skip
    christmas = datetime(2026, 12, 25, 12, tzinfo=LONDON)
    assert not council.is_open(christmas)
    assert council.is_open(christmas - timedelta(days=1))
    assert council.next_open(christmas) == datetime(2026, 12, 29, 9, tzinfo=LONDON)
    assert council.closed_since(christmas) == datetime(2026, 12, 24, 17, tzinfo=LONDON)
    assert council.closed_since(christmas - timedelta(days=1)) is None
