"""Intents are no likelier for having more training phrases."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.evenness import FEWEST, SHARE, lean_of, leanings

NAMES = ("crisis_abuse", "service_library", "service_pothole")
LABELS = ["crisis_abuse"] * 50 + ["service_library"] * 10


def test_what_has_more_phrases_is_leant_against():
    lean = leanings(LABELS, ["pl"] * 60, NAMES)["pl"]
    assert lean[1] - lean[0] == pytest.approx(SHARE * np.log(5))


def test_an_intent_with_no_phrase_in_a_language_counts_as_one_with_few():
    lean = leanings(LABELS, ["pl"] * 60, NAMES)["pl"]
    assert lean[2] == pytest.approx(-SHARE * np.log(FEWEST))


def test_phrases_of_no_named_language_are_left_as_they_came():
    assert leanings(LABELS, [""] * 60, NAMES) == {}
    assert lean_of(["", "xx"], {}, NAMES).tolist() == [[0.0] * 3] * 2


def test_each_text_gets_its_languages_row():
    rows = lean_of(["cy", "pl"], {"pl": np.arange(3.0)}, NAMES)
    assert rows.tolist() == [[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]]
