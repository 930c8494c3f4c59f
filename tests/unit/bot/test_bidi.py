"""Numbers keep their order in languages that run from right to left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bidi import hold_numbers, text_direction
from bot.files.catalogues import load_catalogues
from bot.sms_text import sms_parts, sms_texts
from channels.settings import ROOT

REPLIES = load_catalogues(ROOT / "bot" / "replies")


def test_groups_of_digits_are_held_together_where_lines_run_to_the_left():
    for language in ("ar", "ur"):
        text = REPLIES.say("safety_suicide", language, "web")
        assert "116 123" in text
        held = hold_numbers(text, language)
        assert "116\u00a0123" in held and "116 123" not in held
        assert held.replace("\u00a0", " ") == text
    for language in ("en", "ur-Latn", "zh"):
        assert hold_numbers("call 116 123", language) == "call 116 123"


def test_a_text_message_keeps_them_held_and_costs_no_more():
    text = hold_numbers("اتصل على 116 123", "ar")
    (sent,) = sms_texts(text)
    assert "116\u00a0123" in sent
    assert sms_parts(sent) == 1
    assert sms_texts("call 116\u00a0123") == ("call 116 123",), "there it would double the price"


@given(st.text(st.sampled_from("0123 اب\u00a0.x")), st.sampled_from(["ar", "ur", "en"]))
def test_nothing_else_changes(text, language):
    held = hold_numbers(text, language).replace("\u200e", "")
    assert held.replace("\u00a0", " ") == text.replace("\u00a0", " ")


def test_every_offered_language_has_a_direction():
    left = {code for code in REPLIES.languages if text_direction(code) == "rtl"}
    assert left == {"ar", "ur"}


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("المكان: 12 mill lane", "المكان: \u200e12 mill lane"),
        ("في 4a High Street", "في \u200e4a High Street"),
        ("1. المكان", "1. المكان"),
        ("اتصل 999", "اتصل 999"),
        ("SY1 2AS", "SY1\u00a02AS"),
    ],
)
def test_a_house_number_stays_before_its_street(said, held):
    assert hold_numbers(said, "ar") == held
    assert hold_numbers(held, "ar") == held
    assert hold_numbers(said, "en") == said
