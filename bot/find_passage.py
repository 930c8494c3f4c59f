"""Find the passage of the council's pages that a question is about. Nothing is made up: what is
found is quoted as it stands, and where nothing is found, nothing is said.

Two readings. *Words*: BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75) over stemmed words;
whether the best is good enough is judged by how much of the question it speaks of. *Meaning*: how
near the sentence vectors of question and passage are (``near``, from Rasa's side), which finds what
is said in other words or in another language. Where there is no nearness, words decide alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.page import Page, Quote, digest_of
from bot.phrases import normalise

K1, B = 1.2, 0.75


@dataclass(frozen=True)
class Limits:
    """What a passage must reach to be quoted unasked: ``near`` or, in another language than the
    question's, ``across`` (cosines; vectors of two languages are further apart); or the words:
    ``share`` of the question's weight and ``words`` of it, lest one common word carry an answer,
    and a cosine of ``not_far``: what shares words and is far in meaning is about something else."""

    near: float
    across: float
    not_far: float
    share: float
    words: int


PLAINLY = Limits(near=0.40, across=0.28, not_far=0.31, share=0.55, words=2)
"""Where the service is not known, and any page may be the wrong one."""
OF_SERVICE = Limits(near=0.35, across=0.25, not_far=0.25, share=0.35, words=1)
"""Where it is known: its pages speak of the right thing, though not always of what is asked."""
WORDS_COUNT = 0.1
"""What the share of words adds to the cosine when passages are ranked: it breaks near ties."""
FAR = -1.0
Near = Mapping[str, float]
"""Passage key (``Page.key``) → cosine from -1 to 1. The numbers above were chosen on the
questions marked ``tune`` in knowledge/questions.yml; `fairway pages evaluate` measures them."""
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
    key: str
    words: Counter[str]
    length: int


@dataclass(frozen=True)
class PageIndex:
    """Every passage of some pages, ready to be searched. ``codes``: services they are about."""

    passages: tuple[_Indexed, ...] = ()
    rarity: dict[str, float] = field(default_factory=dict)
    average: float = 1.0
    digest: str = ""
    codes: frozenset[int] = frozenset()

    @classmethod
    def of(cls, pages: Iterable[Page]) -> PageIndex:
        """Index ``pages``. Title and heading count with each passage under them."""
        pages = tuple(pages)
        found = tuple(_indexed(page, n) for page in pages for n in range(len(page.passages)))
        seen = Counter(word for one in found for word in one.words)
        total = len(found)
        rarity = {w: math.log(1 + (total - n + 0.5) / (n + 0.5)) for w, n in seen.items()}
        average = sum(one.length for one in found) / total if total else 1.0
        codes = frozenset(code for page in pages for code in page.lgsl)
        return cls(found, rarity, average, digest_of(pages), codes)

    def find(
        self,
        question: str,
        today: date,
        *,
        language: str = "en",
        lgsl: int | None = None,
        near: Near | None = None,
    ) -> Quote | None:
        """The best passage that may be quoted, in ``language`` or, where it has none, English.

        With ``lgsl`` the service is known: then only its pages are looked at, and with no word
        of question the best of them (the first) is quoted; without, the passage must plainly be
        about the question. ``near``: how near passages are in meaning; those it does not name
        are far.
        """
        asked = [w for w in dict.fromkeys(_words(question)) if w not in _SMALL]
        found = [one for one in self.passages if _may(one.page, today, language, lgsl)]
        limits = PLAINLY if lgsl is None else OF_SERVICE
        opening = lgsl is not None and not question.strip()
        for spoken in dict.fromkeys((language, "en")):
            here = [one for one in found if one.page.language == spoken]
            best = max(here, key=lambda one: self._rank(one, asked, near), default=None)
            if best and (opening or self._is_sure(best, asked, language, near, limits)):
                return Quote(best.page, best.passage, self._share(best, asked))
        return None

    def _rank(self, one: _Indexed, asked: list[str], near: Near | None) -> tuple[float, float]:
        words = self._score(one, asked)
        if not near:
            return words, 0.0
        return near.get(one.key, FAR) + WORDS_COUNT * self._share(one, asked), words

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

    def _is_sure(
        self, one: _Indexed, asked: list[str], language: str, near: Near | None, limits: Limits
    ) -> bool:
        enough = sum(word in one.words for word in asked) >= limits.words
        by_words = enough and self._share(one, asked) >= limits.share
        if not near:
            return by_words
        limit = limits.near if one.page.language == language else limits.across
        cosine = near.get(one.key, FAR)
        return cosine >= limit or (by_words and cosine >= limits.not_far)


def _indexed(page: Page, number: int) -> _Indexed:
    words = _words(page.whole(number))
    return _Indexed(page, page.passages[number], page.key(number), Counter(words), len(words))


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
