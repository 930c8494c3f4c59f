"""Find the passage of the council's pages that a question is about. Nothing is made up: what is
found is quoted as it stands, and where nothing is found, nothing is said.

Passages are ranked by BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75) over stemmed words;
whether the best is good enough is judged by how much of the question it speaks of.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from bot.page import Page, Quote
from bot.phrases import normalise

K1, B = 1.2, 0.75
SURE = 0.55
"""Share of the question's weight that a passage must speak of to be quoted unasked."""
FEWEST_WORDS = 2
"""Words of the question that must be there, lest one common word carry an answer."""
_SMALL_WORDS = """
    a an and are as at be been but by can could did do does for from get give got has have how i
    if in is it its ive im me my need of on or our please so some somebody someone tell that the
    their them then there they this to u ur us was we what when where which who why will with
    would you your want about much many long know say talk not no any
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_MEANS = {"price": "cost", "fee": "cost", "charge": "cost", "papers": "proof", "documents": "proof"}
"""What people call what the pages call otherwise."""


@dataclass(frozen=True)
class _Indexed:
    page: Page
    passage: str
    words: Counter[str]
    length: int


@dataclass(frozen=True)
class PageIndex:
    """Every passage of some pages, ready to be searched."""

    passages: tuple[_Indexed, ...] = ()
    rarity: dict[str, float] = field(default_factory=dict)
    average: float = 1.0

    @classmethod
    def of(cls, pages: Iterable[Page]) -> PageIndex:
        """Index ``pages``. Title and heading count with each passage under them."""
        found = tuple(_indexed(page, n) for page in pages for n in range(len(page.passages)))
        seen = Counter(word for one in found for word in one.words)
        total = len(found)
        rarity = {w: math.log(1 + (total - n + 0.5) / (n + 0.5)) for w, n in seen.items()}
        average = sum(one.length for one in found) / total if total else 1.0
        return cls(found, rarity, average)

    def find(
        self, question: str, today: date, *, language: str = "en", lgsl: int | None = None
    ) -> Quote | None:
        """The best passage that may be quoted, in ``language`` or, where it has none, English.

        With ``lgsl`` the service is known: then only its pages are looked at, and the best of
        them is good enough; without, the passage must plainly be about the question.
        """
        asked = [w for w in dict.fromkeys(_words(question)) if w not in _SMALL]
        ranked = sorted(
            (one for one in self.passages if _may(one.page, today, language, lgsl)),
            key=lambda one: (one.page.language == language, self._score(one, asked)),
            reverse=True,
        )
        best = next(iter(ranked), None)
        if best is None:
            return None
        quote = Quote(best.page, best.passage, self._share(best, asked))
        return quote if lgsl is not None or self._is_sure(best, asked, quote.score) else None

    def _score(self, one: _Indexed, asked: list[str]) -> float:
        norm = K1 * (1 - B + B * one.length / self.average)
        return sum(
            self.rarity.get(word, 0.0) * one.words[word] * (K1 + 1) / (one.words[word] + norm)
            for word in asked
            if word in one.words
        )

    def _share(self, one: _Indexed, asked: list[str]) -> float:
        # A word no page has is as rare as can be: the question is about something else.
        unknown = math.log(1 + (len(self.passages) + 0.5) / 0.5)
        weights = {word: self.rarity.get(word, unknown) for word in asked}
        known = sum(weight for word, weight in weights.items() if word in one.words)
        return known / sum(weights.values()) if weights else 0.0

    def _is_sure(self, one: _Indexed, asked: list[str], share: float) -> bool:
        return share >= SURE and sum(word in one.words for word in asked) >= FEWEST_WORDS


def _indexed(page: Page, number: int) -> _Indexed:
    heading = page.headings[number] if number < len(page.headings) else ""
    words = _words(f"{page.title} {heading} {page.passages[number]}")
    return _Indexed(page, page.passages[number], Counter(words), len(words))


def _may(page: Page, today: date, language: str, lgsl: int | None) -> bool:
    if not page.may_be_quoted(today) or page.language not in (language, "en"):
        return False
    return lgsl is None or lgsl in page.lgsl


def _words(text: str) -> list[str]:
    plain = normalise(text).replace("how much", "cost")
    return [_stem(_MEANS.get(word, word)) for word in plain.split()]


def _stem(word: str) -> str:
    """English endings off, so that "costs" finds "cost"; short words stay as they are."""
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            return stem + "y" if ending == "ies" else stem.rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word
