"""Numbers keep their order in languages that run from right to left."""

from __future__ import annotations

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
    assert hold_numbers(text, language).replace("\u00a0", " ") == text.replace("\u00a0", " ")


def test_every_offered_language_has_a_direction():
    left = {code for code in REPLIES.languages if text_direction(code) == "rtl"}
    assert left == {"ar", "ur"}
