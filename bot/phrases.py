"""Match plain phrases in what people really type: misspelt, unaccented, in text-speak.

A phrase file is text that a reviewer can read, one file a language::

    {me} = me | myself | my self   a word group; groups may name earlier groups
    {dose}                         how many tablets are too many: every number from 10 to 200
    [crisis.suicide]               a section
    (kill|hurt) {me}               alternatives
    end (my)? life                 "?" for what may be left out
    end .. life                    ".." stands for up to three words, "..." for up to eight
    {child} & {hit}                both, in either order, up to eight words apart
    = help me                      "=" for the whole message
    ~curo fi                       "~" adds the Welsh mutations of a word
    [lookalike]                    phrases that are blanked out before anything is matched
    [certain.abuse]                so plain that [crisis.abuse] is meant whatever stands beside
                                   it: matched before look-alikes are blanked out
    [same]                         words read as another: "dont < dinnae divvent"
    [ordinary]                     words that are never read as a misspelling of another
    [spelling]                     "by ear": words with the same consonants are read as one
    [glued]                        letters that may hang on the end of a word (mae'r)
    slap+                          "+" adds the endings of an English verb

Misspelt words are read as the nearest word of the file (bot/spelling.py). Phrases are matched
by bot/word_patterns.py in time that grows with the text's length only, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.errors import BadFile
from bot.folding import WORD, fold
from bot.phrase_grammar import Grammar, UnreadablePhrase
from bot.spelling import Speller
from bot.word_patterns import Lexicon, WordPattern, Words

_LONGEST_READ = 12_000  # characters; a longer text is read at both ends
_BLANK = "_"
CERTAIN = "certain."
BLANKING = ("lookalike", CERTAIN)
"""Sections that are about blanking out, not names of what was found."""
WORD_SECTIONS = ("same", "ordinary", "glued", "spelling")


@dataclass(frozen=True, eq=False)
class PhraseBook:
    """Compiled phrases of one language: section name → its patterns over a message's words."""

    sections: Mapping[str, tuple[WordPattern, ...]]
    lookalikes: tuple[WordPattern, ...]
    speller: Speller
    lexicon: Lexicon
    certain: Mapping[str, tuple[WordPattern, ...]] = field(default_factory=dict)

    def find(self, text: str, prefix: str) -> str | None:
        """The first section under ``prefix`` with a phrase in ``text``, or None."""
        return next(self.find_all(text, prefix), None)

    def find_all(self, text: str, prefix: str) -> Iterator[str]:
        """Every section under ``prefix`` with a phrase in ``text``, in the file's order."""
        words = _read(self, text)
        for name, patterns in self.sections.items():
            if not name.startswith(prefix):
                continue
            certain = self.certain.get(name, ())
            if any(p.found_in(words) for p in patterns) or (
                certain and any(p.found_in(_spelt(self, text)) for p in certain)
            ):
                yield name


@lru_cache(maxsize=128)  # a message is asked about several times in a turn, by every book
def _spelt(book: PhraseBook, text: str) -> Words:
    """The message's words as this book spells them."""
    return Words(_mended(book, text), book.lexicon)


@lru_cache(maxsize=128)
def _mended(book: PhraseBook, text: str) -> list[str]:
    return book.speller.mend(normalise(text).split())


@lru_cache(maxsize=128)
def _read(book: PhraseBook, text: str) -> Words:
    """The same, with look-alikes blanked out."""
    words, read = _mended(book, text), _spelt(book, text)
    blank = 0
    for pattern in book.lookalikes:
        blank |= pattern.covered_in(read)
    if not blank:
        return read
    return Words([_BLANK if blank >> i & 1 else w for i, w in enumerate(words)], book.lexicon)


@lru_cache(maxsize=8)
def normalise(text: str) -> str:
    """``text`` spelt in one way (bot/folding.py), without punctuation."""
    if len(text) > _LONGEST_READ:
        text = text[: _LONGEST_READ // 2] + " " + text[-_LONGEST_READ // 2 :]
    text = fold(re.sub(r"\b[tT]['\u2019](?=[A-Za-z]{3})", "the ", text))  # "down t'road"
    text = re.sub(r"(\D)\1{2,}", r"\1\1", text)  # "helppp"; 999 and 2000 are what they say
    return " ".join(re.sub(rf"(?:[^{WORD}]|_)+", " ", text).split())


def load_phrase_books(folder: Path) -> dict[str, PhraseBook]:
    """Every ``<language>.txt`` in ``folder``. Raises BadFile naming the line at fault."""
    english = common_words(folder).get("en", frozenset())
    books = {
        path.stem: _read_book(path, frozenset() if path.stem == "en" else english)
        for path in sorted(folder.glob("*.txt"))
    }
    if not books:
        raise BadFile(folder, None, "no phrase file here", "Put back en.txt.")
    return books


def common_words(folder: Path) -> dict[str, frozenset[str]]:
    """Language → its common words, from every ``<language>.words`` in ``folder``. English ones
    are never taken for slips of another language: people mix English into all of them."""
    return {path.stem: _words_of(path) for path in sorted(folder.glob("*.words"))}


def _words_of(path: Path) -> frozenset[str]:
    lines = path.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _read_book(path: Path, ordinary: frozenset[str] = frozenset()) -> PhraseBook:
    grammar, section = Grammar(), ""
    patterns: dict[str, list[WordPattern]] = {}
    begun: dict[str, int] = {}
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        try:
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
                begun.setdefault(section, number)
            elif line and section in WORD_SECTIONS:
                grammar.note_words(section, line)
            elif line.startswith("{") and " = " in line:
                grammar.define(line)
            elif line:
                patterns.setdefault(section, []).extend(grammar.compile(line))
        except UnreadablePhrase as fault:
            what = f"cannot read the phrase {line!r}: {fault}"
            raise BadFile(path, number, what, "See bot/phrases.py.") from fault
    _refuse_lone_certain(path, begun, patterns)
    return PhraseBook(
        sections={n: tuple(p) for n, p in patterns.items() if not n.startswith(BLANKING)},
        lookalikes=tuple(patterns.get("lookalike", ())),
        speller=Speller(
            grammar.vocabulary,
            grammar.same,
            grammar.ordinary | ordinary,
            grammar.glued,
            grammar.by_ear,
        ),
        lexicon=grammar.lexicon,
        certain={
            _crisis_of(name): tuple(held)
            for name, held in patterns.items()
            if name.startswith(CERTAIN)
        },
    )


def _crisis_of(name: str) -> str:
    """[certain.abuse] → crisis.abuse"""
    return name.replace(CERTAIN, "crisis.", 1)


def _refuse_lone_certain(
    path: Path, begun: Mapping[str, int], patterns: Mapping[str, object]
) -> None:
    """Raise BadFile for a [certain.x] that would never be heard: only a danger that has phrases in
    [crisis.x] is looked for."""
    for name, line in begun.items():
        crisis = _crisis_of(name)
        if name.startswith(CERTAIN) and crisis not in patterns:
            what = f"[{name}] belongs to [{crisis}], which has no phrase in this file"
            mend = f"Add [{crisis}] with at least one phrase, or spell the name as it is there."
            raise BadFile(path, line, what, mend)
