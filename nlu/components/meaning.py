"""What a message means, by its sentence vector: a linear reading, and its nearest phrases.

Raw vectors of sentence encoders all point much the same way, so their confidences are flat:
the mean of the training phrases is taken away and the rest brought to one length first.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.in_bytes import in_bytes
from nlu.components.known_phrases import KnownPhrases, keys_of

Array = Any  # numpy arrays carry no useful types here
ARRAYS = "meaning.npz"
SCALE = 6.0
"""Length given to a centred vector before the linear reading."""
ROUNDS = 30
"""Of the linear reading's fit: stopped early, it understands other people's messages better."""
_ROWS = 1000  # at a time, for the memory's sake
NEAREST = 3
"""Phrases of each label whose nearness counts."""


@dataclass(frozen=True)
class Meaning:
    """``middle``: the mean vector, d. ``weights``: d × labels. ``phrases``: n × d, each centred
    and of length 1, in bytes that count ``scale`` (n), sorted by label; ``starts``: where each
    label's phrases begin."""

    middle: Array
    weights: Array
    bias: Array
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

    def linear(self, vectors: Array) -> Array:
        """Scores, texts × labels, from the encoder's vectors, texts × d."""
        scores: Array = self.centred(vectors) @ self.weights * SCALE + self.bias
        return scores

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
        centred = self.centred(vectors)
        ends = np.append(self.starts[1:], len(self.phrases))
        places = (slice(self.starts[i], ends[i]) for i in labels)
        return np.stack([_mean_of_best(self._cosines(centred, at)) for at in places], axis=1)

    def _cosines(self, centred: Array, at: slice) -> Array:
        return centred @ self.phrases[at].astype(np.float32).T * self.scale[at]

    def centred(self, vectors: Array) -> Array:
        """The vectors without what all have in common, each of length 1."""
        return _centred(vectors, self.middle)

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        np.savez(folder / ARRAYS, **{one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def load(cls, folder: Path) -> Meaning:
        """Read what ``save`` wrote."""
        with np.load(folder / ARRAYS, allow_pickle=False) as held:
            return cls(**{name: held[name] for name in held.files})


def train_meaning(
    vectors: Array,
    truth: Array,
    labels: Sequence[str],
    strength: float,
    texts: Sequence[str] = (),
) -> Meaning:
    """Learn from the phrases' vectors. ``truth``: each phrase's place in ``labels``; ``texts``:
    the phrases, where they are to be known again.

    ``strength`` is scikit-learn's C. Raises ValueError when there are fewer than two labels.
    """
    from sklearn.linear_model import LogisticRegression

    middle = vectors.mean(axis=0)
    centred = _centred(vectors, middle)
    model = LogisticRegression(C=strength, max_iter=ROUNDS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is stopped early on purpose
        model.fit((centred * SCALE).astype(np.float32), truth)
    weights, bias = _columns(model, len(labels))
    order = np.argsort(truth, kind="stable")
    starts = np.searchsorted(truth[order], np.arange(len(labels)))
    keys = keys_of([texts[i] for i in order]) if texts else keys_of(())
    phrases, scale = in_bytes(centred[order])
    return Meaning(middle, weights, bias, phrases, scale, starts, keys)


def _centred(vectors: Array, middle: Array) -> Array:
    rest = vectors - middle
    return rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)


def _columns(model: Any, labels: int) -> tuple[Array, Array]:
    """Weights and bias with a column for each label: scikit-learn keeps one for two labels."""
    weights, bias = model.coef_.T, model.intercept_
    if labels == 2:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights.astype(np.float32), bias.astype(np.float32)


def _mean_of_best(cosines: Array) -> Array:
    if cosines.shape[1] <= NEAREST:
        return cosines.mean(axis=1)
    best = np.partition(cosines, cosines.shape[1] - NEAREST, axis=1)[:, -NEAREST:]
    return best.mean(axis=1)
