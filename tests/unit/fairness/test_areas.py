"""Measures of areas: joined by the small area of a postcode, and said to be of areas."""

from __future__ import annotations

import pytest

from fairness.areas import read_areas
from fairness.database import read_database
from fairness.errors import DatabaseUnreadable, TableWrong

LSOA = "E01018157"  # in the middle of England's deciles


def test_the_decile_of_an_area_comes_from_the_last_postcode_given(council):
    council.add({"lsoa": "E01000001"}, {"lsoa": LSOA}, {})
    council.add({})
    units = read_database(council.url, ("imd_decile",), None)
    assert sorted(units.frame["group:imd_decile"]) == ["area decile 05", "not recorded"]
    assert units.missing["imd_decile"] == 1
    assert any("speaks of the area" in note for note in units.notes)


def test_a_council_can_bring_its_own_measure(council, write):
    path = write(f"lsoa,digital_exclusion\n{LSOA},high\n", "areas.csv")
    council.add({"lsoa": LSOA})
    areas = read_areas(path)
    assert areas.names == ("imd_decile", "digital_exclusion")
    units = read_database(council.url, ("digital_exclusion",), None, areas=areas)
    assert list(units.frame["group:digital_exclusion"]) == ["high"]
    with pytest.raises(DatabaseUnreadable, match="imd_decile"):
        read_database(council.url, ("digital_exclusion",), None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("area,score\nx,1\n", "no column lsoa"),
        ("lsoa\nx\n", "beside others"),
        ("lsoa,score\n" + "".join(f"a{i},{i}\n" for i in range(30)), "no groups"),
    ],
)
def test_a_wrong_file_says_what_to_do(write, text, says):
    with pytest.raises(TableWrong, match=says):
        read_areas(write(text, "areas.csv"))


def test_no_report_shows_a_small_area_itself(council):
    council.add({"lsoa": LSOA})
    units = read_database(council.url, ("imd_decile", "language"), None)
    assert not units.frame.astype(str).apply(lambda c: c.str.contains(LSOA)).any().any()
