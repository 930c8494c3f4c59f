"""Dates, times and money in words and digits of thirteen languages."""

import random
import time

import pytest

from nlu.components.uk_entities import find_entities


def found(text):
    return [(entity["entity"], entity["value"]) for entity in find_entities(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on 3rd Dec", "--12-03"),
        ("the 3rd of December 2026", "2026-12-03"),
        ("December 3, 2026", "2026-12-03"),
        ("3/12/2026", "2026-12-03"),
        ("03.12.26", "2026-12-03"),
        ("2026-12-03", "2026-12-03"),
        ("3/12", "--12-03"),
        ("y 3ydd o Ragfyr", "--12-03"),
        ("3 grudnia", "--12-03"),
        ("3 decembrie 2026", "2026-12-03"),
        ("۳ دسمبر", "--12-03"),
        ("৩ ডিসেম্বর", "--12-03"),
        ("੩ ਦਸੰਬਰ", "--12-03"),
        ("٣ ديسمبر", "--12-03"),
        ("3 de dezembro", "--12-03"),
        ("3 грудня", "--12-03"),
        ("2026年12月3日", "2026-12-03"),
        ("我12月3号来", "--12-03"),
        ("next tues", "tue"),
        ("on sat", "sat"),
        ("ddydd Gwener", "fri"),
        ("w środę", "wed"),
        ("星期五", "fri"),
        ("tmrw pls", "tomorrow"),
        ("yfory", "tomorrow"),
        ("غداً", "tomorrow"),
    ],
)
def test_dates(text, value):
    assert found(text) == [("date", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.30pm", "14:30"),
        ("9 am", "09:00"),
        ("14:30", "14:30"),
        ("at 10 o'clock", "10:00"),
        ("come at 3", "03:00"),
        ("2 o'r gloch y prynhawn", "14:00"),
        ("godz. 14:30", "14:30"),
        ("下午3点", "15:00"),
        ("ora 14", "14:00"),
        ("14h30", "14:30"),
        ("۳ بجے", "03:00"),
        ("12pm", "12:00"),
    ],
)
def test_times(text, value):
    assert found(text) == [("time", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("£12.50", "12.50"),
        ("£1,200", "1200.00"),
        ("30 quid", "30.00"),
        ("45p", "0.45"),
        ("40 punt", "40.00"),
        ("৪০ পাউন্ড", "40.00"),
        ("20英镑", "20.00"),
        ("50 funtów", "50.00"),
    ],
)
def test_money(text, value):
    assert found(text) == [("money", value)]


@pytest.mark.parametrize(
    "text",
    [
        "may I ask", "march with us", "sun is out", "sat in the dark", "24/7", "40/3", "bus 42",
        "I have 3 kids", "3 luni", "since 2019", "I am 21", "number 10 in the queue", "25:70",
        "3.14159", "version 1.2.3.4",
    ],
)  # fmt: skip
def test_ordinary_words_and_numbers_are_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("ab12cde", "vehicle_registration", "AB12 CDE"),
        ("my car P123 ABC", "vehicle_registration", "P123 ABC"),
        ("JIG 1234", "vehicle_registration", "JIG 1234"),
        ("UPRN 100023336956", "uprn", "100023336956"),
        ("ref 7712345", "case_reference", "7712345"),
        ("FLY-10234", "case_reference", "FLY-10234"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "phone", "+447700900123"),
    ],
)
def test_shapes(text, entity, value):
    assert found(text) == [(entity, value)]


def test_no_text_breaks_it():
    """Characters of every plane, with what the rules look for among them."""
    chance = random.Random(7)
    known = ["£", "12", ".", "/", "pm", "dec", "月", "بجے", "ref", "AB12", "@", " "]
    for _ in range(400):
        wild = [chr(chance.randrange(0x110000)) for _ in range(20)]
        text = "".join(chance.sample(wild + known * 3, 30))
        for entity in find_entities(text):
            assert 0 <= entity["start"] < entity["end"] <= len(text) and entity["value"]


@pytest.mark.parametrize("text", ["12" * 5000, "1 " * 5000, "£" * 9000, "3/" * 5000, "a'" * 5000])
def test_long_texts_are_read_quickly(text):
    """In processor time, generously: a busy machine is no reason to fail."""
    find_entities("3 dec")
    began = time.process_time()
    find_entities(text)
    assert time.process_time() - began < 1
