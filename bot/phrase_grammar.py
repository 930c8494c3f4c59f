"""Read one line of a phrase file into word patterns. The signs are explained in bot/phrases.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from bot.folding import WORD, fold
from bot.word_patterns import Lexicon, PatternBuilder, WordPattern

Row = tuple[frozenset[str], ...]  # words one after another, each with its other forms

_PIECE = re.compile(rf"(\([^()]*\)|\{{[{WORD}]+\}}|~?[{WORD}]+\+?)(\??)|(\.{{2,3}})")
_SHORT_GAP, _LONG_GAP = 3, 8
DOSE = frozenset(map(str, range(10, 201)))
"""How many tablets are too many at once, in figures, under 200: an adult takes eight of paracetamol
a day at most (nhs.uk/medicines/paracetamol-for-adults, "How and when to take", read 2026-11)."""
_SOFT = {"p": "b", "t": "d", "c": "g", "b": "f", "d": "dd", "m": "f", "ll": "l", "rh": "r",
         "g": ""}  # fmt: skip
_NASAL = {"p": "mh", "t": "nh", "c": "ngh", "b": "m", "d": "n", "g": "ng"}
_ASPIRATE = {"p": "ph", "t": "th", "c": "ch"}
_VOWELS = "aeiouwy"


class UnreadablePhrase(ValueError):
    """A line does not follow the signs of a phrase file."""


@dataclass
class Grammar:
    """What a phrase file has said so far: its groups and words. One grammar reads one file."""

    lexicon: Lexicon = field(default_factory=Lexicon)
    groups: dict[str, tuple[Row, ...]] = field(default_factory=lambda: {"dose": ((DOSE,),)})
    vocabulary: set[str] = field(default_factory=lambda: set(DOSE))
    same: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ordinary: set[str] = field(default_factory=set)
    glued: set[str] = field(default_factory=set)
    by_ear: bool = False

    def note_words(self, section: str, line: str) -> None:
        """A line of [same], [ordinary], [glued] or [spelling]. Raises UnreadablePhrase."""
        if section == "spelling":
            if line != "by ear":
                raise UnreadablePhrase("[spelling] knows 'by ear' only")
            self.by_ear = True
            return
        words, sign, others = plain(line).partition("<")
        if (section == "same") != bool(sign):
            raise UnreadablePhrase("[same] wants 'word < other words'")
        if section == "same":
            self.same |= dict.fromkeys(others.split(), tuple(words.split()))
        else:
            (self.ordinary if section == "ordinary" else self.glued).update(words.split())

    def define(self, line: str) -> None:
        """``{name} = this | that``. Raises UnreadablePhrase."""
        name, _, choices = line.partition(" = ")
        name = name.strip().strip("{}")
        if name in self.groups:
            raise UnreadablePhrase(f"{{{name}}} is defined twice")
        self.groups[name] = tuple(self._rows(plain(choices)))

    def compile(self, line: str) -> list[WordPattern]:
        """The patterns of one phrase: one, or one for each order. Raises UnreadablePhrase."""
        whole = line.startswith("=")
        parts = [_pieces(part) for part in plain(line.lstrip("= ")).split(" & ")]
        if len(parts) > 3:
            raise UnreadablePhrase("no more than two & in a phrase")
        return [self._pattern(order, whole) for order in permutations(parts)]

    def _pattern(self, parts: Sequence[Sequence[re.Match[str]]], whole: bool) -> WordPattern:
        builder = PatternBuilder(self.lexicon)
        for number, part in enumerate(parts):
            if number:
                builder.gap(_LONG_GAP)
            for piece in part:
                if piece[3]:
                    builder.gap(_SHORT_GAP if piece[3] == ".." else _LONG_GAP)
                else:
                    builder.one_of(list(self._rows(piece[1].strip("()"))), piece[2] == "?")
        pattern = builder.build(whole)
        if not pattern.needs:
            raise UnreadablePhrase("nothing in it must be there")
        return pattern

    def _rows(self, choices: str) -> Iterator[Row]:
        for choice in choices.split("|"):
            rows: list[Row] = [()]
            for word in choice.split():
                rows = [row + more for row in rows for more in self._word(word)]
            if rows == [()]:
                raise UnreadablePhrase("an empty alternative")
            yield from rows

    def _word(self, word: str) -> tuple[Row, ...]:
        if word.startswith("{"):
            if word.strip("{}") not in self.groups:
                raise UnreadablePhrase(f"{word} is not defined above")
            return self.groups[word.strip("{}")]
        if not re.fullmatch(rf"~?[{WORD}]+\+?", word):
            raise UnreadablePhrase(f"{word!r} is not a word")
        forms = frozenset(_forms(word))
        self.vocabulary |= forms
        return ((forms,),)


def plain(phrase: str) -> str:
    """Spell a phrase as ``normalise`` spells a message; its own signs stay."""
    return fold(phrase)


def _pieces(phrase: str) -> list[re.Match[str]]:
    pieces = list(_PIECE.finditer(phrase))
    if "".join(p[0] for p in pieces) != _outside_space(phrase):
        raise UnreadablePhrase("brackets or signs do not fit together")
    return pieces


def _outside_space(phrase: str) -> str:
    """The phrase without the spaces that are not in brackets."""
    return re.sub(r"\s+(?![^()]*\))", "", phrase)


def _forms(word: str) -> set[str]:
    if word.startswith("~"):
        return _mutations(word[1:])
    return _verb_forms(word[:-1]) if word.endswith("+") else {word}


def _verb_forms(verb: str) -> set[str]:
    """``slap`` → slaps, slapped, slaping …: real forms and likely slips."""
    stems = {verb, verb.removesuffix("e")}
    if re.search(r"[^aeiou][aeiou][^aeiouwxy]$", verb):
        stems.add(verb + verb[-1])
    if verb.endswith("y"):
        stems.add(verb[:-1] + "i")
    made = {stem + ending for stem in stems for ending in ("ed", "ing", "in")}
    return made | {verb, verb + "s", verb + "es", *([verb[:-1] + "ies"] if verb[-1] == "y" else [])}


def _mutations(word: str) -> set[str]:
    """A Welsh word with its soft, nasal and aspirate mutations, and h before a vowel."""
    made = {word}
    for table in (_SOFT, _NASAL, _ASPIRATE):
        head = next((h for h in ("ll", "rh", word[:1]) if h in table and word.startswith(h)), None)
        double = word[:2] in ("ch", "dd", "ff", "ng", "ph", "th") or (
            word[:2] in ("ll", "rh") and head != word[:2]
        )
        if head and not double:
            made.add(table[head] + word[len(head) :])
    return made | ({"h" + word} if word[0] in _VOWELS else set())
