"""Small networks that tell labels apart by vectors of encoders.

Where there are many phrases, a small network learns what lines cannot divide; two of them, begun
differently, are surer together than one of twice the size.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from nlu.components.arrays import centred, log_softmax

Array = Any  # numpy arrays carry no useful types here
NETWORKS, HIDDEN = 2, 256
SCALE = 6.0
"""Length given to the vectors of all encoders together."""
DECAY, PACE = 1e-2, 2e-3
MANY = 4000
"""Phrases from which fewer rounds, of larger batches, are enough."""
UNKNOWN = -28.0
"""The logarithm of the smallest probability told, and that of a label without phrases."""


@dataclass(frozen=True)
class Networks:
    """``middle``: the means of each encoder's vectors, one after the other, w. ``known``: the
    places among all labels of those that have phrases. Of each network: ``inner``, w × hidden,
    and ``inner_bias``; ``outer``, hidden × known, and ``outer_bias``."""

    middle: Array
    known: Array
    inner: Array
    inner_bias: Array
    outer: Array
    outer_bias: Array

    def tell(self, vectors: Sequence[Array], labels: int) -> Array:
        """Log-probabilities, texts × ``labels``, from one array of vectors, texts × d, for each
        encoder."""
        given = _together(vectors, self.middle)
        means = sum(log_softmax(self._one(given, one)) for one in range(len(self.inner)))
        told = np.full((len(given), labels), UNKNOWN)
        told[:, self.known] = np.maximum(log_softmax(means / len(self.inner)), UNKNOWN)
        return told

    def _one(self, given: Array, one: int) -> Array:
        hidden = np.maximum(given @ self.inner[one] + self.inner_bias[one], 0.0)
        return hidden @ self.outer[one] + self.outer_bias[one]

    def arrays(self, mark: str = "") -> dict[str, Array]:
        """What is to be kept, ``mark`` before each name."""
        return {mark + one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of(cls, held: Mapping[str, Array], mark: str = "") -> Networks:
        """Read what ``arrays`` gave. Raises KeyError where it is not there."""
        return cls(**{one.name: held[mark + one.name] for one in fields(cls)})


def train_networks(vectors: Sequence[Array], truth: Array) -> Networks:
    """Learn from one array of phrases' vectors for each encoder, and the places of the phrases'
    labels, ``truth``, which are two at least."""
    known = np.unique(truth)
    middle = np.concatenate([one.mean(axis=0) for one in vectors])
    given = _together(vectors, middle)
    learned = [_learn(given, np.searchsorted(known, truth), seed) for seed in range(NETWORKS)]
    inner, inner_bias, outer, outer_bias = (np.stack(one) for one in zip(*learned))  # noqa: B905
    return Networks(middle, known, inner, inner_bias, outer, outer_bias)


def _learn(given: Array, truth: Array, seed: int) -> Sequence[Array]:
    from sklearn.neural_network import MLPClassifier

    rounds, batch = (12, 128) if len(truth) >= MANY else (40, min(32, len(truth)))
    model = MLPClassifier(
        (HIDDEN,),
        alpha=DECAY,
        learning_rate_init=PACE,
        max_iter=rounds,
        batch_size=batch,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is stopped early on purpose
        model.fit(given, truth)
    (inner, outer), (inner_bias, outer_bias) = model.coefs_, model.intercepts_
    if outer.shape[1] == 1:  # scikit-learn keeps one column for two labels
        outer, outer_bias = np.hstack([0 * outer, outer]), np.append(0.0, outer_bias)
    return tuple(one.astype(np.float32) for one in (inner, inner_bias, outer, outer_bias))


def _together(vectors: Sequence[Array], middle: Array) -> Array:
    ends = np.cumsum([one.shape[1] for one in vectors])[:-1]
    middles = np.split(middle, ends)
    parts = [centred(one, its) for one, its in zip(vectors, middles, strict=True)]
    return (np.hstack(parts) * (SCALE / np.sqrt(len(parts)))).astype(np.float32)
