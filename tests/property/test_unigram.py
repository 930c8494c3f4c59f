"""The likeliest pieces of a text."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.encoders.unigram import SPACE, UNLIKELY, Unigram

PIECES = ["<unk>", SPACE, "a", "b", "ab", "ba", "aba", SPACE + "a", SPACE + "ab", SPACE + "ba"]
SCORES = [0.0, -3.0, -2.5, -2.7, -3.1, -4.0, -4.2, -2.9, -3.3, -3.9]


@pytest.fixture(scope="module")
def tokenizer():
    return Unigram(PIECES, SCORES, 0, {ord("A"): "a", ord("\t"): " "})


def test_the_likeliest_pieces_are_chosen(tokenizer):
    assert tokenizer.encode("ab") == [PIECES.index(SPACE + "ab")]
    assert tokenizer.encode("a b") == [PIECES.index(SPACE + "a"), 1, PIECES.index("b")]


def test_characters_unfold_and_spaces_are_one(tokenizer):
    assert tokenizer.encode("A\t\t  A") == tokenizer.encode("a a")


def test_what_no_piece_has_is_unknown(tokenizer):
    assert tokenizer.encode("a?") == [PIECES.index(SPACE + "a"), 0]


@given(st.text("ab?", min_size=1, max_size=8))
def test_no_other_pieces_are_likelier(text):
    tokenizer = Unigram(PIECES, SCORES, 0, {})
    found = sum(_score(number) for number in tokenizer.encode(text))
    assert found == pytest.approx(max(_all(SPACE + text)), abs=1e-6)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    assert len(Unigram(PIECES, SCORES, 0, {}).encode(text)) >= 1


def _score(number):
    return SCORES[number] if number else min(SCORES) - UNLIKELY


def _all(word):
    """The score of every way to cut a word, by trying all of them."""
    for cuts in product((False, True), repeat=len(word) - 1):
        parts, begun = [], 0
        for place, cut in enumerate([*cuts, True], 1):
            if cut:
                parts.append(word[begun:place])
                begun = place
        if all(part in PIECES[1:] or len(part) == 1 for part in parts):
            yield sum(_score(PIECES.index(p) if p in PIECES[1:] else 0) for p in parts)
