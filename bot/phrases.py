"""Match plain phrases in what people really type: misspelt, unaccented, in text-speak.

A phrase file is text that a reviewer can read, one file a language::

    [crisis.suicide]            a section
    (kill|hurt) (me|myself)     alternatives
    end .. life                 ".." stands for up to three words
    = help me                   "=" for the whole message
    [lookalike]                 phrases that are blanked out before anything is matched
    [same]                      words read as another: "dont < dinnae divvent"

Words of five letters or more also match with one letter wrong, missing, added
or swapped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.errors import BadFile

_GAP = r"(?:\S+ ){0,3}"
_FUZZY_LENGTH = 5
_LONGEST_READ = 12_000  # characters; a longer text is read at both ends
_SAFE_PHRASE = re.compile(r"^[\w ().|?]+$")


@dataclass(frozen=True)
class PhraseBook:
    """Compiled phrases of one language: section name → pattern over normalised text."""

    sections: Mapping[str, re.Pattern[str]]
    lookalikes: re.Pattern[str] | None
    vocabulary: frozenset[str]
    same: Mapping[str, str]

    def find(self, text: str, prefix: str) -> str | None:
        """The first section under ``prefix`` with a phrase in ``text``, or None."""
        return next(self.find_all(text, prefix), None)

    def find_all(self, text: str, prefix: str) -> Iterator[str]:
        """Every section under ``prefix`` with a phrase in ``text``, in the file's order."""
        words = (self.same.get(word, word) for word in normalise(text).split(" "))
        plain = _mend_spelling(" ".join(words), self.vocabulary)
        if self.lookalikes:
            plain = self.lookalikes.sub(" _ ", f" {plain} ")
        plain = f" {' '.join(plain.split())} "
        for name, pattern in self.sections.items():
            if name.startswith(prefix) and pattern.search(plain):
                yield name


def normalise(text: str) -> str:
    """``text`` in small letters, without accents, apostrophes and punctuation."""
    if len(text) > _LONGEST_READ:
        text = text[: _LONGEST_READ // 2] + " " + text[-_LONGEST_READ // 2 :]
    text = unicodedata.normalize("NFKD", text.casefold())
    text = re.sub(r"[\u0300-\u036f'\u2018\u2019`\u200b-\u200f]", "", text)
    text = re.sub(r"(.)\1{2,}", r"\1\1", text)
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def load_phrase_books(folder: Path) -> dict[str, PhraseBook]:
    """Every ``<language>.txt`` in ``folder``. Raises BadFile naming the line at fault."""
    books = {path.stem: _read_book(path) for path in sorted(folder.glob("*.txt"))}
    if not books:
        raise BadFile(folder, None, "no phrase file here", "Put back en.txt.")
    return books


def _read_book(path: Path) -> PhraseBook:
    sections: dict[str, list[str]] = {}
    vocabulary: set[str] = set()
    same: dict[str, str] = {}
    section = ""
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and section == "same":
            word, _, others = line.partition("<")
            same |= dict.fromkeys(_plain(others).split(), _plain(word).strip())
        elif line:
            sections.setdefault(section, []).append(_compile(line, path, number))
            vocabulary |= set(re.findall(r"\w+", _plain(line)))
    compiled = {name: _any_of(phrases) for name, phrases in sections.items()}
    return PhraseBook(
        sections={n: p for n, p in compiled.items() if n != "lookalike"},
        lookalikes=compiled.get("lookalike"),
        vocabulary=frozenset(vocabulary | set(same)),
        same=same,
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


def _plain(phrase: str) -> str:
    """Spell a phrase as ``normalise`` spells a message, keeping its own signs."""
    text = unicodedata.normalize("NFKD", phrase.casefold())
    return re.sub(r"[\u0300-\u036f'\u2019]", "", text)


def _compile(line: str, path: Path, number: int) -> str:
    whole, phrase = line.startswith("="), _plain(line.lstrip("= "))
    if not _SAFE_PHRASE.match(phrase) or phrase.count("(") != phrase.count(")"):
        raise BadFile(path, number, f"cannot read the phrase {line!r}", "See bot/phrases.py.")
    words = "".join(_piece(word) for word in _words(phrase))
    return f"^ {words}$" if whole else f"(?<= ){words}"


def _words(phrase: str) -> list[str]:
    """Split at spaces outside brackets."""
    return re.findall(r"\([^)]*\)\??|\S+", phrase)


def _piece(word: str) -> str:
    """The pattern of one word of a phrase, with the space after it."""
    if word == "..":
        return _GAP
    if not word.startswith("("):
        return f"{re.escape(word)} "
    options = "|".join(re.escape(o.strip()) for o in word.rstrip("?")[1:-1].split("|"))
    return f"(?:(?:{options}) )?" if word.endswith("?") else f"(?:{options}) "


def _mend_spelling(text: str, vocabulary: frozenset[str]) -> str:
    return " ".join(
        _nearest(word, vocabulary) if len(word) >= _FUZZY_LENGTH else word
        for word in text.split(" ")
    )


@lru_cache(maxsize=20_000)
def _nearest(word: str, vocabulary: frozenset[str]) -> str:
    if word in vocabulary or len(word) > 20:
        return word
    near = (k for k in vocabulary if k[0] == word[0] and len(k) >= _FUZZY_LENGTH)
    return min((k for k in near if _one_slip(word, k)), default=word)


def _one_slip(a: str, b: str) -> bool:
    """Whether ``a`` is ``b`` with one letter wrong, missing, added or two swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))  # noqa: B905
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b
