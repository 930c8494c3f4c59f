"""What a message means, by its sentence vector: a linear reading, and its nearest phrases."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.phrases import Phrases, arrange

Array = Any  # numpy arrays carry no useful types here
ARRAYS = "meaning.npz"
SCALE = 6.0
"""Length given to a centred vector before the linear reading."""
ROUNDS = 30
"""Of the linear reading's fit: stopped early, it understands other people's messages better."""


@dataclass(frozen=True)
class Meaning(Phrases):
    """Phrases, and a linear reading: ``weights``, d × labels, and ``bias``."""

    weights: Array
    bias: Array

    def linear(self, vectors: Array) -> Array:
        """Scores, texts × labels, from the encoder's vectors, texts × d."""
        scores: Array = self.centred(vectors) @ self.weights * SCALE + self.bias
        return scores

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        np.savez(folder / ARRAYS, **self.arrays())

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

    phrases = arrange(vectors, truth, len(labels), texts)
    model = LogisticRegression(C=strength, max_iter=ROUNDS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is stopped early on purpose
        model.fit((phrases.centred(vectors) * SCALE).astype(np.float32), truth)
    weights, bias = _columns(model, len(labels))
    return Meaning(**phrases.arrays(), weights=weights, bias=bias)


def _columns(model: Any, labels: int) -> tuple[Array, Array]:
    """Weights and bias with a column for each label: scikit-learn keeps one for two labels."""
    weights, bias = model.coef_.T, model.intercept_
    if labels == 2:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights.astype(np.float32), bias.astype(np.float32)
