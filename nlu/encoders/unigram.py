"""SentencePiece's unigram tokenizer (Kudo 2018): a text in the likeliest pieces of a vocabulary.

Our own, because the usual libraries hold a quarter of a gigabyte for the 250,000 pieces of a
multilingual vocabulary, and our whole assistant should need less than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

SPACE = "\u2581"
"""Stands before every word, in the pieces and in the text."""
UNLIKELY = 10.0
"""How much less likely than the least likely piece an unknown character is."""
_LONGEST_KEPT = 40  # characters of a word that is kept for the next time


class Unigram:
    """``pieces`` with their log-probabilities ``scores``; ``unfolds``: code point → what stands
    for it. ``unknown`` is the number of the piece for characters that no piece has."""

    def __init__(
        self,
        pieces: Sequence[str],
        scores: Sequence[float],
        unknown: int,
        unfolds: Mapping[int, str],
    ) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._scores, self._unknown, self._unfolds = scores, unknown, dict(unfolds)
        self._longest = max((len(piece) for piece in pieces), default=1)
        self._unlikely = min(scores) - UNLIKELY
        self._kept = lru_cache(maxsize=8192)(self._pieces_of)  # people use the same few words

    def encode(self, text: str) -> list[int]:
        """The numbers of the pieces. No piece goes on after a space, so words stand alone."""
        unfolded = text.translate(self._unfolds)
        while "  " in unfolded:
            unfolded = unfolded.replace("  ", " ")
        words = unfolded.removeprefix(" ").split(" ")
        return [number for word in words for number in self._word(SPACE + word)]

    def _word(self, word: str) -> tuple[int, ...]:
        return self._kept(word) if len(word) <= _LONGEST_KEPT else self._pieces_of(word)

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        """Viterbi's algorithm: the best way to every place, from left to right."""
        best = [0.0] + [float("-inf")] * len(word)
        came: list[tuple[int, int]] = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                number = self._numbers.get(word[start:end], self._unknown)
                known = number != self._unknown
                if not known and end > start + 1:
                    continue
                score = best[start] + (self._scores[number] if known else self._unlikely)
                if score > best[end]:
                    best[end], came[end] = score, (start, number)
        return _back(came, len(word))


def _back(came: Sequence[tuple[int, int]], end: int) -> tuple[int, ...]:
    numbers = []
    while end > 0:
        end, number = came[end]
        numbers.append(number)
    return tuple(reversed(numbers))
