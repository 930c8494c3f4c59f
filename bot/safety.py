"""Danger to life and plain requests, caught before any AI runs: no network, no model, no queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.need import Barrier, Channel
from bot.phrases import PhraseBook, load_phrase_books

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
    """The phrases of every language, looked up in one call. Never raises on any text."""

    books: Mapping[str, PhraseBook]

    def danger(self, text: str) -> SafetyFinding | None:
        """The first danger named in ``text`` in any language, or None."""
        found = self._find(text, "crisis.")
        return SafetyFinding(*found) if found else None

    def request(self, text: str) -> PlainRequest | None:
        """A plain request for a person or for face-to-face, or None. Long texts are left
        to the assistant: in them such words often mean something else."""
        if len(text.split()) > 15:
            return None
        for kind in ("ask.face_to_face", "ask.human"):
            found = self._find(text, kind)
            if found:
                return PlainRequest(*found)
        return None

    def asks_why(self, text: str) -> bool:
        """Whether the whole message is "why?"."""
        return self._find(text, "ask.why") is not None

    def barriers(self, text: str) -> frozenset[Barrier]:
        """What makes digital hard for the citizen, said in passing or not, in any language."""
        sections = (s for book in self.books.values() for s in book.find_all(text, "barrier."))
        return frozenset(Barrier(section.split(".", 1)[1]) for section in sections)

    def sms_keyword(self, text: str) -> PlainRequest | None:
        """STOP, START or HELP as the whole of a text message, or None."""
        found = self._find(text, "sms.")
        return PlainRequest(*found) if found else None

    def _find(self, text: str, prefix: str) -> tuple[str, str] | None:
        for language, book in self.books.items():
            section = book.find(text, prefix)
            if section:
                return section.split(".", 1)[1], language
        return None


@lru_cache(maxsize=1)
def shipped_safety_check() -> SafetyCheck:
    """The check with the phrases that come with Fairway. Raises BadFile when one is broken."""
    books = load_phrase_books(PHRASES)
    english_first = {k: books[k] for k in sorted(books, key=lambda lang: (lang != "en", lang))}
    return SafetyCheck(english_first)


def check_safety(text: str) -> SafetyFinding | None:
    """``SafetyCheck.danger`` with the shipped phrases."""
    return shipped_safety_check().danger(text)
