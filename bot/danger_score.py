"""A second look at messages that no phrase matched: weighed words, learned from examples.

The weights stand in ``phrases_data/score_<language>.json``, to be read by anybody: a positive
weight speaks for danger. ``nlu/train_danger_score.py`` learns them from ``nlu/safety``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadFile

KINDS = ("suicide", "danger_to_life", "child", "abuse")
_FEWEST_WORDS = 3  # fewer say too little to be weighed; phrases find what matters
_PIECE_WORDS = 60  # a longer message is read in pieces: one sentence must not be drowned

Groups = Mapping[str, Sequence[tuple[str, Sequence[frozenset[str]]]]]  # by a group's first word


@dataclass(frozen=True)
class DangerScore:
    """``weights``: feature → its weight for danger, then for each of KINDS. ``bias`` likewise.
    ``threshold``: from this score on, a message is taken for danger."""

    weights: Mapping[str, Sequence[float]]
    bias: Sequence[float]
    threshold: float

    def kind_of(self, words: Sequence[str], groups: Groups) -> str | None:
        """The danger a message speaks of, or None."""
        if len(words) < _FEWEST_WORDS:
            return None
        pieces = _pieces(words)
        sums = max((self._sums(piece, groups) for piece in pieces), default=None)
        if sums is None or sums[0] < self.threshold:
            return None
        return max(zip(sums[1:], KINDS, strict=True))[1]

    def _sums(self, words: Sequence[str], groups: Groups) -> list[float]:
        named = features(words, groups)
        rows = [self.weights[f] for f in named if f in self.weights]
        size = (1 + len(named)) ** 0.5
        return [b + sum(row[i] for row in rows) / size for i, b in enumerate(self.bias)]


def features(words: Sequence[str], groups: Groups) -> set[str]:
    """What is weighed: words, pairs of words (also around one other), and word groups."""
    row = ["^", *words, "$"]
    made = {*words}
    made |= {f"{a} {b}" for a, b in zip(row, row[1:])}  # noqa: B905
    made |= {f"{a} .. {b}" for a, b in zip(words, words[2:])}  # noqa: B905
    return made | {f"{{{name}}}" for name in _groups_in(words, groups)}


def load_score(path: Path) -> DangerScore | None:
    """The weights in a file, None when there is no such file. Raises BadFile."""
    if not path.exists():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        return DangerScore(raw["weights"], raw["bias"], raw["threshold"])
    except (ValueError, KeyError, TypeError) as fault:
        remedy = "Make it again with nlu/train_danger_score.py."
        raise BadFile(path, None, f"these weights cannot be read ({fault})", remedy) from fault


def _groups_in(words: Sequence[str], groups: Groups) -> Iterator[str]:
    for start, word in enumerate(words):
        for name, row in groups.get(word, ()):
            rest = words[start : start + len(row)]
            if len(rest) == len(row) and all(w in forms for w, forms in zip(rest, row)):  # noqa: B905
                yield name


def _pieces(words: Sequence[str]) -> Iterator[Sequence[str]]:
    if len(words) <= _PIECE_WORDS:
        yield words
        return
    for start in range(0, len(words), _PIECE_WORDS // 2):
        yield words[start : start + _PIECE_WORDS]
