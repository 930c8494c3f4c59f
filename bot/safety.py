"""Danger to life and plain requests, caught before any AI runs: no network, no model, no queue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from bot.need import Adjustment, Barrier, Channel
from bot.phrases import PhraseBook, common_words, load_phrase_books, normalise

FEW, NEARLY = 0.4, 0.6
"""Shares: of a message's words that are common in some language, below which it may be in any;
of the most common words found, from which a language may be it too."""
SENTENCE = 4
"""Words; fewer do not tell a language, and to some phrases they would be a whole message."""
LONGEST_APART, MOST_PARTS = 2_000, 8
"""Characters that are looked at in parts, and how many parts."""
_LETTERS = {
    "zh": "[\u3400-\u9fff]",
    "ar": "[\u0600-\u06ff\u0750-\u077f]",
    "ur": "[\u0600-\u06ff\u0750-\u077f]",
    "uk": "[\u0400-\u04ff]",
    "bn": "[\u0980-\u09ff]",
    "pa": "[\u0a00-\u0a7f]",
}
"""The letters of languages that have others than Latin ones."""
_RUN = re.compile("(?:{0})(?:[^A-Za-z]*(?:{0}))*".format("|".join(_LETTERS.values())))
_ENDS = re.compile(r"[.!?\n]+\s*")
PHRASES = Path(__file__).parent / "phrases_data"


@dataclass(frozen=True)
class SafetyFinding:
    """What was found. ``kind``: suicide, danger_to_life, abuse or child; ``language`` of the
    phrase that matched."""

    kind: str
    language: str


@dataclass(frozen=True)
class PlainRequest:
    """A request plain enough to be honoured without the assistant.

    ``kind``: human, face_to_face; or for SMS stop, start, help.
    """

    kind: str
    language: str

    @property
    def channel(self) -> Channel | None:
        """The channel asked for, if a channel was asked for."""
        return {"human": Channel.ASSISTED, "face_to_face": Channel.FACE_TO_FACE}.get(self.kind)


@dataclass(frozen=True)
class SafetyCheck:
    """The phrases of every language, looked up in one call. Never raises on any text.

    ``language``, where a method takes it, is the citizen's own: its phrases come first.
    """

    books: Mapping[str, PhraseBook]
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def danger(self, text: str, language: str = "") -> SafetyFinding | None:
        """The first danger named in ``text``, in a language it may be in, or None: words of
        one language are other words in another."""
        only = {*self._may_be(text), language}
        found = self._find(text, "crisis.", language, only)
        for piece, languages in islice(self._apart(text, only), 0 if found else MOST_PARTS):
            found = found or self._find(piece, "crisis.", language, languages)
        return SafetyFinding(*found) if found else None

    def request(self, text: str, language: str = "") -> PlainRequest | None:
        """A plain request for a person or for face-to-face, in a language ``text`` may be in,
        or None. Long texts are left to the assistant: in them such words often mean something
        else."""
        if len(text.split()) > 15:
            return None
        only = {*self._may_be(text), language}
        for kind in ("ask.face_to_face", "ask.human"):
            found = self._find(text, kind, language, only)
            if found:
                return PlainRequest(*found)
        return None

    def asks_why(self, text: str) -> bool:
        """Whether the whole message is "why?"."""
        return self._find(text, "ask.why") is not None

    def barriers(self, text: str) -> frozenset[Barrier]:
        """What makes digital hard for the citizen, said in passing or not, in any language."""
        return frozenset(Barrier(name) for name in self._all(text, "barrier."))

    def adjustments(self, text: str, languages: Collection[str]) -> frozenset[Adjustment]:
        """What the citizen needs to be served well, in words of these languages."""
        return frozenset(Adjustment(name) for name in self._all(text, "adjustment.", languages))

    def says(self, text: str, languages: Collection[str]) -> str | None:
        """What the whole of ``text`` says in plain words of one of these languages: yes, no,
        skip, back, cancel, repeat, help, today or yesterday. None for anything else."""
        return next(self._all(text, "say.", languages), None)

    def language_named(self, text: str, now: str) -> str | None:
        """The language that ``text`` names, in words of any language, or None. Of several it
        is one other than ``now``: whoever writes "not English, Polish" wants Polish."""
        named = list(self._all(text, "language."))
        # "Roman Urdu" names Urdu too.
        variants = [one for one in named if "-" in one]
        return next((one for one in variants or named if one != now), now if named else None)

    def wants_english(self, text: str) -> bool:
        """Whether the whole message is ENGLISH: every language tells how to come back."""
        return self._find(text, "ask.english") is not None

    def sms_keyword(self, text: str) -> PlainRequest | None:
        """STOP, START or HELP as the whole of a text message, or None."""
        found = self._find(text, "sms.")
        return PlainRequest(*found) if found else None

    def _may_be(self, text: str) -> Collection[str]:
        """The languages whose common words ``text`` has nearly as many of as of any; all of
        them when it has few of every one. A language without a list may always be it."""
        said = normalise(text).split()
        known = {one: sum(word in held for word in said) for one, held in self.words.items()}
        most = max(known.values(), default=0)
        if most < len(said) * FEW:
            return self.books
        return [one for one in self.books if known.get(one, most) >= most * NEARLY]

    def _apart(self, text: str, known: Collection[str]) -> Iterator[tuple[str, Collection[str]]]:
        """Parts of ``text`` that may be in other languages than all of it: who despairs falls into
        their own. A run in another alphabet is in one written so; a sentence is in another
        language only where its common words say so."""
        for run in _RUN.findall(text[:LONGEST_APART]):
            written = {one for one, letters in _LETTERS.items() if re.search(letters, run)}
            if not written <= {*known}:
                yield run, (written & {*self._may_be(run)} or written) - {*known}
        for sentence in _ENDS.split(text[:LONGEST_APART]):
            said = normalise(sentence).split()
            sure = len(said) >= SENTENCE and self._commonest(said) >= len(said) * FEW
            if sure and not (others := {*self._may_be(sentence)}) & {*known}:
                yield sentence, others

    def _commonest(self, said: Collection[str]) -> int:
        """How many of the words are common in the language that has most of them."""
        return max((sum(w in held for w in said) for held in self.words.values()), default=0)

    def _find(
        self, text: str, prefix: str, first: str = "", only: Collection[str] | None = None
    ) -> tuple[str, str] | None:
        for language in sorted(self.books, key=lambda one: one != first):
            if only is not None and language not in only:
                continue
            section = self.books[language].find(text, prefix)
            if section:
                return section.split(".", 1)[1], language
        return None

    def _all(
        self, text: str, prefix: str, languages: Collection[str] | None = None
    ) -> Iterator[str]:
        """What every section under ``prefix`` with a phrase in ``text`` is called."""
        for language, book in self.books.items():
            if languages is None or language in languages:
                yield from (section.split(".", 1)[1] for section in book.find_all(text, prefix))


@lru_cache(maxsize=1)
def shipped_safety_check() -> SafetyCheck:
    """The check with the phrases that come with Fairway. Raises BadFile when one is broken."""
    books = load_phrase_books(PHRASES)
    english_first = {k: books[k] for k in sorted(books, key=lambda lang: (lang != "en", lang))}
    return SafetyCheck(english_first, common_words(PHRASES))


def check_safety(text: str) -> SafetyFinding | None:
    """``SafetyCheck.danger`` with the shipped phrases."""
    return shipped_safety_check().danger(text)
