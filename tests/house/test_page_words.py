"""The words of the citizen's pages read as easily as the replies do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.files.catalogues import load_catalogues
from tests.house.test_replies import HARDEST_GRADE, textstat

ROOT = Path(__file__).parents[2]
ENGLISH = load_catalogues(ROOT / "channels" / "pages").texts["en"]
_NAMES = frozenset({"privacy_link", "privacy_title", "a11y_title"})
"""Names that people know the page by; a grade of three words says nothing."""


@pytest.mark.parametrize("key", sorted(key for key, _ in ENGLISH))
def test_L1_the_pages_english_is_plain(key: str) -> None:
    text = re.sub(r"\{\w+\}", "this", ENGLISH[key, ""])
    if len(text.split()) < 3 or key in _NAMES:
        return
    assert textstat.flesch_kincaid_grade(text) <= HARDEST_GRADE
