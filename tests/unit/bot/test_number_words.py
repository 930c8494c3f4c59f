"""A choice from a numbered list, written as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.choices import resolve_choice
from bot.files.council import load_council
from bot.message import Button
from bot.number_words import _WORDS, number_in

OFFERED = [Button("Yes", "/affirm"), Button("No", "/deny"), Button("Talk to a person", "/human")]


@pytest.mark.parametrize(
    ("text", "language"),
    [("2", "en"), ("2.", "en"), ("two", "en"), ("Two", "cy"), ("TWO!", "en"), ("option 2", "en"),
     ("Option two", "en"), ("number 2 please", "en"), ("the second one", "en"), ("no. 2", "en"),
     ("#2", "en"), ("(2)", "en"), ("dau", "cy"), ("opsiwn 2", "cy"), ("dwa", "pl"),
     ("opcja 2", "pl"), ("doi", "ro"), ("Două", "ro"), ("opțiunea 2", "ro"), ("دو", "ur"),
     ("آپشن 2", "ur"), ("۲", "ur"), ("do", "ur-Latn"), ("option do", "ur-Latn"), ("ਦੋ", "pa"),
     ("੨", "pa"), ("ਨੰਬਰ 2", "pa"), ("দুই", "bn"), ("২", "bn"), ("اثنين", "ar"), ("٢", "ar"),
     ("خيار 2", "ar"), ("laba", "so"), ("lambar 2", "so"), ("dois", "pt"), ("opção 2", "pt"),
     ("два", "uk"), ("варіант 2", "uk"), ("二", "zh"), ("选2", "zh"), ("第二个", "zh"),
     ("２", "zh")],
)  # fmt: skip
def test_two_is_two_in_every_language(text, language):
    assert number_in(text, language) == 2
    assert resolve_choice(text, OFFERED, numbered=True, language=language).sent == "/deny"


@pytest.mark.parametrize(
    "text", ["do", "um", "2 bins", "two bins missing", "SY1 2AS", "0345 000 0000", "", "2 or 3",
             "option", "number", "please", "the", "no one", "no one please", "no"],
)  # fmt: skip
def test_what_only_looks_like_a_number_is_none(text):
    assert number_in(text, "en") is None


def test_every_offered_language_counts_to_ten():
    from channels.settings import ROOT

    for language in load_council(ROOT / "bot" / "council.yml").languages:
        words = _WORDS[language].split()
        assert len(words) == 10, language
        for number, forms in enumerate(words, 1):
            for form in forms.split("/"):
                assert number_in(form, language) == number, (language, form)


def test_yes_end_and_cancel_stay_ordinary_answers():
    assert resolve_choice("YES", OFFERED, numbered=True).sent == "/affirm"
    for word in ("END", "CANCEL"):
        assert resolve_choice(word, OFFERED, numbered=True).sent == word


@given(st.text(max_size=60), st.sampled_from([*_WORDS, "xx"]))
def test_any_text_is_read_without_fault(text, language):
    found = number_in(text, language)
    assert found is None or 0 <= found <= 99
