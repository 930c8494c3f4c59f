"""Text is made safe; choices are found; nothing raises that should not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.choices import resolve_choice
from bot.errors import MessageEmpty
from bot.message import Button, clean_text, has_words

OFFERED = (Button("Pothole", "/service_pothole"), Button("My bins", "/service_bin_collection"))


@given(st.text(max_size=300))
def test_clean_text_never_leaves_a_hidden_character(raw):
    try:
        text = clean_text(raw)
    except MessageEmpty:
        return
    hidden = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}}
    assert hidden <= {"\n", "\t", "\u200c", "\u200d"}
    assert clean_text(text) == text


def test_scripts_that_need_joiners_keep_them():
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_text("👩\u200d🦽") == "👩\u200d🦽"


def test_line_breaks_are_kept_as_one_kind():
    assert clean_text("a\r\nb\rc\n") == "a\nb\nc"


def test_words_and_signs():
    assert has_words("ok") and has_words("٣") and not has_words("😀 …")


@pytest.mark.parametrize(
    ("text", "numbered", "sent"),
    [
        ("/service_pothole", False, "/service_pothole"),
        ("pothole", False, "/service_pothole"),
        ("2", True, "/service_bin_collection"),
        ("Option 2.", True, "/service_bin_collection"),
        ("2", False, "2"),
        ("3", True, "3"),
        ("0", True, "0"),
        ("/restart", True, "restart"),
        ("  //human", False, "human"),
        ("1/2 bins", False, "1/2 bins"),
        ("/", False, "?"),
    ],
)
def test_choices(text, numbered, sent):
    assert resolve_choice(text, OFFERED, numbered=numbered).sent == sent


@given(st.text(max_size=50), st.booleans())
def test_an_inner_command_is_never_passed_on_unless_it_was_offered(text, numbered):
    choice = resolve_choice(text, OFFERED, numbered=numbered)
    offered = {b.payload for b in OFFERED}
    assert choice.sent in offered or not choice.sent.lstrip().startswith("/")
