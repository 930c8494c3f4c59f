"""A place is a link to a map; nothing else is."""

from __future__ import annotations

import pytest

from bot.files.catalogues import load_catalogues
from channels.desk.map_link import PLACES, map_link
from channels.settings import ROOT


@pytest.mark.parametrize(
    ("label", "value", "link"),
    [
        ("Where", "outside 4 Hazel Way", "search?query=outside%204%20Hazel%20Way"),
        ("Postcode", "SY1 2AS", "search?query=SY1%202AS"),
        ("Where", "52.7081, -2.7540", "?mlat=52.7081&mlon=-2.7540#map=18/52.7081/-2.7540"),
        ("House and road", '"><script>&#x=1', "search?query=%22%3E%3Cscript%3E%26%23x%3D1"),
    ],
)
def test_a_place_is_shown_on_a_map(label, value, link):
    assert map_link(label, value) == f"https://www.openstreetmap.org/{link}"


@pytest.mark.parametrize(("label", "value"), [("Name", "Mary Street"), ("Where", "…"), ("", "")])
def test_what_is_no_place_is_not(label, value):
    assert map_link(label, value) == ""


def test_the_labels_are_those_that_forms_use():
    english = load_catalogues(ROOT / "bot" / "replies").texts["en"]
    used = {english[f"label_{code}", ""] for code in ("where", "spot", "postcode", "address")}
    assert {label.casefold() for label in used} <= PLACES
