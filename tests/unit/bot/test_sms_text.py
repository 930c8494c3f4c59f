"""Replies as text messages: numbered, cut at sentences, never cut short."""

from __future__ import annotations

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Button
from bot.sms_text import MAX_PARTS, sms_parts, sms_texts

BUTTONS = (Button("Yes, send it", "/affirm"), Button("Talk to a person", "/human"))


def test_choices_are_numbered():
    (text,) = sms_texts("Shall I send it?", BUTTONS, choose="Reply with a number:")
    assert text == "Shall I send it?\n\nReply with a number:\n1 Yes, send it\n2 Talk to a person"


def test_numbers_go_on_from_an_earlier_text_of_the_turn():
    (text,) = sms_texts("", BUTTONS, first_number=3)
    assert text == "3 Yes, send it\n4 Talk to a person"


def test_typographic_marks_do_not_double_the_cost():
    (text,) = sms_texts("It\u2019s \u201cdone\u201d \u2013 thanks\u2026")
    assert text == 'It\'s "done" - thanks...'
    assert sms_parts(text) == 1


def test_a_long_reply_is_cut_at_sentences():
    sentences = [f"This is sentence number {n} of a rather long reply." for n in range(40)]
    texts = sms_texts(" ".join(sentences))
    assert len(texts) > 1
    assert all(text.endswith(".") and sms_parts(text) <= MAX_PARTS for text in texts)
    assert " ".join(texts) == " ".join(sentences)


def test_nothing_to_say_is_no_text():
    assert sms_texts("  ") == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("ŵ" * 70, 1), ("ŵ" * 71, 2), ("€" * 80, 1),
     ("€" * 81, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_parts_are_counted_as_the_networks_do(text, parts):
    assert sms_parts(text) == parts


@given(st.text(st.sampled_from("abc XYZ .,\n'£é@ŵŷ😀ں"), max_size=600))
def test_parts_agree_with_a_library(text):
    assert sms_parts(text) == max(1, len(smsutil.split(text).parts))


@given(st.text(st.characters(exclude_characters="‘’“”–—•…"), max_size=3000))
def test_no_word_is_lost_and_no_text_too_long(raw):
    texts = sms_texts(raw)
    assert all(sms_parts(text) <= MAX_PARTS for text in texts)
    assert "".join("".join(texts).split()) == "".join(raw.split())
