"""Postcodes, phones, email and street addresses, as people write them."""

import pytest

from nlu.components.uk_entities import UkEntities, find_entities
from tests.unit.nlu.conftest import understood


def found(text):
    return [(entity["entity"], entity["value"]) for entity in find_entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I live at SY1 2AS", [("postcode", "SY1 2AS")]),
        ("sy12as", [("postcode", "SY1 2AS")]),
        ("w1a 1hq and EC1A  1BB", [("postcode", "W1A 1HQ"), ("postcode", "EC1A 1BB")]),
        ("ring 07700 900123", [("phone", "+447700900123")]),
        ("+44 (0)7700-900 123 please", [("phone", "+447700900123")]),
        ("0345 678 9000", [("phone", "+443456789000")]),
        ("ann.o'neil+x@example.co.uk", [("email", "neil+x@example.co.uk")]),
        ("12 Mill Lane", [("address", "12 Mill Lane")]),
        ("hole on bridge street by tesco", [("address", "bridge street")]),
        ("no 22a Church Rd, SY1 2AS", [("address", "22a Church Rd"), ("postcode", "SY1 2AS")]),
        ("ger 5 Heol y Bont", [("address", "5 Heol y Bont")]),
        ("Ffordd Penglais yn wael", [("address", "Ffordd Penglais")]),
        ("4 Orchard Close", [("address", "4 Orchard Close")]),
        ("my case is FS-123456", [("case_reference", "FS-123456")]),
        ("case 4711, since 2024", [("case_reference", "4711")]),
        ("reference: 20250017", [("case_reference", "20250017")]),
        ("refund of 1200 pounds", [("money", "1200.00")]),
        ("十一月5日没有收垃圾", [("date", "--11-05")]),
        ("我十二月25日搬家", [("date", "--12-25")]),
        ("二月3日", [("date", "--02-03")]),
    ],
)  # fmt: skip
def test_each_kind_is_found(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a primary school place",
        "is there a way to pay",
        "the street is dark",
        "on the road",
        "it costs 120000000000000",
        "any news on my refund since 2024",
        "you refused it in 2025, what is happening with my report",
        "my case since 2019",
        "mae'r ffordd yn wael",
        "",
        "😀",
    ],
)
def test_ordinary_words_are_not_taken_for_one(text):
    assert found(text) == []


def test_a_road_and_a_time_are_no_postcode():
    assert found("M5 6PM") == [("time", "18:00")]


def test_places_are_those_in_the_text():
    text = "Hole at 12 Mill Lane, sy1 2as. Ring 07700 900123"
    for entity in find_entities(text):
        piece = text[entity["start"] : entity["end"]]
        assert piece.replace(" ", "").casefold()[-3:] in entity["value"].replace(" ", "").casefold()


def test_a_long_text_is_read_in_part_and_quickly():
    assert found("a" * 50_000 + "@" * 50_000) == []


def test_payloads_are_left_alone():
    assert understood(UkEntities(), "/service_pothole").get("entities") is None
