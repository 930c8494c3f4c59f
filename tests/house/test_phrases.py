"""House rules for the phrase files: known sections only, and a catalogue behind each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.need import Adjustment, Barrier
from bot.phrases import WORD_SECTIONS, normalise
from bot.safety import shipped_safety_check

ROOT = Path(__file__).parents[2]
BOOKS = shipped_safety_check().books
LANGUAGES = load_catalogues(ROOT / "bot" / "replies").languages
OFFERED = load_council(ROOT / "bot" / "council.yml").languages
KNOWN = {
    *WORD_SECTIONS,
    *(f"crisis.{kind}" for kind in ("suicide", "danger_to_life", "abuse", "child")),
    *(f"ask.{what}" for what in ("human", "face_to_face", "why", "english")),
    *(f"barrier.{one.value}" for one in Barrier),
    *(f"adjustment.{one.value}" for one in Adjustment),
    *(f"language.{code}" for code in OFFERED),
    *(f"say.{what}" for what in ("yes", "no", "skip", "back", "cancel", "repeat", "help")),
    *("say.today", "say.yesterday", "sms.stop", "sms.start", "sms.help"),
}


@pytest.mark.parametrize("language", sorted(BOOKS))
def test_every_section_is_one_that_somebody_reads(language: str) -> None:
    assert set(BOOKS[language].sections) - KNOWN == set()


def test_every_language_with_phrases_has_a_catalogue_and_the_other_way_round() -> None:
    assert set(BOOKS) == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted({*BOOKS} - {"en", "cy"}))
@pytest.mark.parametrize("word", ["yes", "no", "skip", "back", "cancel", "repeat", "help"])
def test_every_language_has_the_words_that_steer_a_form(language: str, word: str) -> None:
    assert f"say.{word}" in BOOKS[language].sections


@pytest.mark.parametrize("language", sorted(OFFERED))
def test_every_language_can_be_asked_for_by_name(language: str) -> None:
    named = [f"language.{language}" in book.sections for book in BOOKS.values()]
    assert any(named)


@pytest.mark.parametrize("language", sorted(BOOKS))
def test_no_number_of_a_phrase_is_read_as_another(language: str) -> None:
    words = {word for word in BOOKS[language].lexicon.sets_of if any(map(str.isdigit, word))}
    assert {word for word in words if normalise(word) != word} == set()
