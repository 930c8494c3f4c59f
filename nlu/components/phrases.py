"""Training phrases, known by their vectors: how near a message is to them, and which one it is.

Raw vectors of sentence encoders all point much the same way: the mean of the phrases is taken away
and the rest brought to one length first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from nlu.components.arrays import centred
from nlu.components.in_bytes import in_bytes
from nlu.components.known_phrases import KnownPhrases, keys_of

Array = Any  # numpy arrays carry no useful types here
NEAREST = 3
"""Phrases of each label whose nearness counts."""
FAR = -1.0
"""How near a label without phrases is: the smallest cosine."""
_ROWS = 1000  # at a time, for the memory's sake


@dataclass(frozen=True)
class Phrases:
    """``middle``: the mean vector, d. ``phrases``: n × d, each centred and of length 1, in bytes
    that count ``scale`` (n), sorted by label; ``starts``: where each label's phrases begin.
    ``keys``: those of the phrases, where they are to be known again."""

    middle: Array
    phrases: Array
    scale: Array
    starts: Array
    keys: Array

    def vector_of(self, text: str) -> Array | None:
        """A vector, d, that is centred to the phrase ``text`` is; None when it is none."""
        row = self._known.find(text)
        return None if row is None else self.phrases[row] * self.scale[row] + self.middle

    @cached_property
    def _known(self) -> KnownPhrases:
        return KnownPhrases.of(self.keys)

    def centred(self, vectors: Array) -> Array:
        """The vectors without what all have in common, each of length 1."""
        return centred(vectors, self.middle)

    def nearness(self, vectors: Array) -> Array:
        """For each text and label, the mean cosine (-1 to 1) of the label's nearest phrases."""
        rows = range(0, len(vectors), _ROWS)
        every = range(len(self.starts))
        return np.concatenate([self._nearness(vectors[i : i + _ROWS], every) for i in rows])

    def nearness_of(self, vector: Array, labels: Sequence[int]) -> Array:
        """The same for one text, 1 × labels, looking at some labels' phrases only; the others
        get the smallest value found. Most of the time goes into phrases that are far away."""
        found = self._nearness(vector, labels)
        near = np.full((1, len(self.starts)), found.min(), found.dtype)
        near[0, list(labels)] = found[0]
        return near

    def _nearness(self, vectors: Array, labels: Sequence[int]) -> Array:
        rest = self.centred(vectors)
        ends = np.append(self.starts[1:], len(self.phrases))
        places = (slice(self.starts[i], ends[i]) for i in labels)
        return np.stack([_mean_of_best(self._cosines(rest, at)) for at in places], axis=1)

    def _cosines(self, rest: Array, at: slice) -> Array:
        return rest @ self.phrases[at].astype(np.float32).T * self.scale[at]

    def arrays(self) -> dict[str, Array]:
        """What is to be kept."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of(cls, held: Mapping[str, Array]) -> Phrases:
        """Read what ``arrays`` gave. Raises KeyError where it is not there."""
        return cls(**{one.name: held[one.name] for one in fields(cls)})


def arrange(vectors: Array, truth: Array, labels: int, texts: Sequence[str] = ()) -> Phrases:
    """Phrases by their vectors, n × d, and the places of their labels, ``truth``, of ``labels``
    that there are. ``texts``: the phrases, where they are to be known again."""
    middle = vectors.mean(axis=0)
    order = np.argsort(truth, kind="stable")
    starts = np.searchsorted(truth[order], np.arange(labels))
    keys = keys_of([texts[i] for i in order] if texts else ())
    return Phrases(middle, *in_bytes(centred(vectors, middle)[order]), starts, keys)


def _mean_of_best(cosines: Array) -> Array:
    if not cosines.shape[1]:
        return np.full(len(cosines), FAR, np.float32)
    if cosines.shape[1] <= NEAREST:
        return cosines.mean(axis=1)
    best = np.partition(cosines, cosines.shape[1] - NEAREST, axis=1)[:, -NEAREST:]
    return best.mean(axis=1)
