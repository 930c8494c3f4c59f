"""Match patterns of words in a time that depends on the length of the text only.

A message is a row of words; a set of words is a number whose bit i says that word i is in the
set. A pattern is a small network of word sets, and following it is shifting and masking such
numbers: no text, however hostile, makes it search back and forth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

START = -1  # stands for "nothing read yet" among the nodes before a node
ANY = -1  # stands for "any word" among the ids of word sets

Chain = Sequence[int]  # ids of word sets, one after another


@dataclass
class Lexicon:
    """The word sets of one phrase file, each under an id."""

    ids: dict[frozenset[str], int] = field(default_factory=dict)
    sets_of: dict[str, list[int]] = field(default_factory=dict)

    def id_of(self, words: Iterable[str]) -> int:
        """The id of a set of words, new or known."""
        key = frozenset(words)
        if key not in self.ids:
            self.ids[key] = len(self.ids)
            for word in key:
                self.sets_of.setdefault(word, []).append(self.ids[key])
        return self.ids[key]


class Words:
    """A message: where each word set of a lexicon stands in it, as numbers of one bit a word."""

    def __init__(self, words: Sequence[str], lexicon: Lexicon) -> None:
        self.everywhere = (1 << len(words)) - 1
        self.last = 1 << len(words) >> 1
        self.places: dict[int, int] = {}
        where: dict[str, int] = {}
        for i, word in enumerate(words):
            where[word] = where.get(word, 0) | 1 << i
        for word, bits in where.items():
            for number in lexicon.sets_of.get(word, ()):
                self.places[number] = self.places.get(number, 0) | bits
        self.there = set(self.places)


@dataclass(frozen=True, slots=True)
class Node:
    """One word of a pattern: its word set (or ANY), and the nodes that may come before it."""

    words: int
    before: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WordPattern:
    """A network of nodes, each after those it follows; ``ends`` are its last ones.

    ``needs``: word sets without which the pattern cannot match. ``whole``: the pattern must
    cover the whole message.
    """

    nodes: tuple[Node, ...]
    ends: frozenset[int]
    needs: frozenset[int]
    whole: bool = False

    def found_in(self, words: Words) -> bool:
        """Whether the pattern stands anywhere in the message."""
        if not self.needs <= words.there:
            return False
        reached = self._forward(words)
        wanted = words.last if self.whole else -1
        return any(reached[end] & wanted for end in self.ends)

    def covered_in(self, words: Words) -> int:
        """The words that the pattern's matches cover, one bit a word."""
        if not self.found_in(words):
            return 0
        reached = self._forward(words)
        used = [bits if i in self.ends else 0 for i, bits in enumerate(reached)]
        for i in range(len(self.nodes) - 1, -1, -1):
            for before in self.nodes[i].before:
                if before != START:
                    used[before] |= reached[before] & used[i] >> 1
        covered = 0
        for bits in used:
            covered |= bits
        return covered

    def _forward(self, words: Words) -> list[int]:
        """For each node, the words on which it can stand."""
        first = 1 if self.whole else -1
        reached: list[int] = []
        for node in self.nodes:
            bits = 0
            for before in node.before:
                bits |= first if before == START else reached[before] << 1
            here = words.everywhere if node.words == ANY else words.places.get(node.words, 0)
            reached.append(bits & here)
        return reached


class PatternBuilder:
    """Puts a pattern together from left to right."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._nodes: list[Node] = []
        self._front: tuple[int, ...] = (START,)
        self._needs: set[int] = set()

    def gap(self, most: int) -> None:
        """Up to ``most`` words of any kind."""
        front = list(self._front)
        before = self._front
        for _ in range(most):
            before = (self._add(ANY, before),)
            front.extend(before)
        self._front = tuple(front)

    def one_of(self, choices: Sequence[Sequence[frozenset[str]]], optional: bool) -> None:
        """One of several short rows of word sets."""
        single = frozenset(w for row in choices if len(row) == 1 for w in row[0])
        rows = [row for row in choices if len(row) > 1] + ([[single]] if single else [])
        ends = [self._row(row) for row in rows]
        if not optional:
            self._needs.add(self._lexicon.id_of(w for row in rows for w in row[0]))
        self._front = tuple([*ends, *(self._front if optional else ())])

    def build(self, whole: bool) -> WordPattern:
        """The finished pattern."""
        ends = frozenset(self._front) - {START}
        return WordPattern(tuple(self._nodes), ends, frozenset(self._needs), whole)

    def _row(self, row: Sequence[frozenset[str]]) -> int:
        before = self._front
        for words in row:
            before = (self._add(self._lexicon.id_of(words), before),)
        return before[0]

    def _add(self, words: int, before: tuple[int, ...]) -> int:
        self._nodes.append(Node(words, before))
        return len(self._nodes) - 1
