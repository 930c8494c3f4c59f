"""What is a clear yes, in every language that the citizen may have been asked in."""

from __future__ import annotations

import pytest

from bot.clear_yes import _NO, _YES, clear_answer
from bot.files.catalogues import load_catalogues
from bot.phrases import normalise
from channels.settings import ROOT

REPLIES = load_catalogues(ROOT / "bot" / "replies")
LANGUAGES = sorted(REPLIES.languages)


def test_every_language_has_its_words():
    assert sorted(_YES) == sorted(_NO) == LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_says_both_and_the_offered_ones_say_what_they_say(lang):
    yes, no = ({normalise(one) for one in held[lang].split("|")} for held in (_YES, _NO))
    assert not yes & no and "" not in yes | no
    for key, said in (("button_yes", True), ("button_earlier_yes", True),
                      ("button_earlier_no", False)):  # fmt: skip
        assert clear_answer(REPLIES.say(key, lang, "web"), lang) is said


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ("YES!!", "en", True),
        ("Yes, that\u2019s fine.", "en", True),
        ("Ie, wrth gwrs", "cy", True),
        ("Na chaiff", "cy", False),
        ("tak proszę", "pl", True),
        ("yes please", "pl", True),
        ("no", "pl", None),  # among friends that is a yes
        ("no", "ro", False),
        ("ji", "ur-Latn", None),
        ("yes?", "en", None),
        ("نعم؟", "ar", None),
        ("可以。", "zh", True),
        ("ok", "en", None),
        ("yes but not the last one", "en", None),
        ("yes no", "en", None),
        ("", "en", None),
        ("tak", "en", None),
        ("yes", "xx", True),
    ],
)
def test_examples(text, lang, said):
    assert clear_answer(text, lang) is said
