"""A reading of English alone: small networks over what two encoders make of a message.

The encoder of many languages reads English less finely than one of the same size that knows
nothing else. Where there are many phrases, a small network over both vectors learns what lines
cannot divide; two of them, begun differently, are surer together than one of twice the size.
Measured on HWU64 and CLINC150 (docs/performance.md): other languages have no part in it.
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
ARRAYS = "english.npz"
NETWORKS, HIDDEN = 2, 256
SCALE = 6.0
"""Length given to both vectors together."""
DECAY, PACE = 1e-2, 2e-3
MANY = 4000
"""Phrases from which fewer rounds, of larger batches, are enough."""
UNKNOWN = -28.0
"""The logarithm of the smallest probability told, and that of a label without English phrases."""


@dataclass(frozen=True)
class English:
    """``middle``: the mean of both vectors, d + e. ``known``: the places among all labels of
    those that have English phrases. Of each network: ``inner``, d + e × hidden, and
    ``inner_bias``; ``outer``, hidden × known, and ``outer_bias``. ``keys``: those of the phrases
    whose vectors of the encoder of English are held, ``phrases``, n × e, in bytes that count
    ``scale``, n."""

    middle: Array
    known: Array
    inner: Array
    inner_bias: Array
    outer: Array
    outer_bias: Array
    keys: Array
    phrases: Array
    scale: Array

    def vector_of(self, text: str) -> Array | None:
        """The vector, e, of the encoder of English where ``text`` is a phrase; None otherwise."""
        row = self._known.find(text)
        return None if row is None else self.phrases[row] * self.scale[row]

    @cached_property
    def _known(self) -> KnownPhrases:
        return KnownPhrases.of(self.keys)

    def linear(self, vectors: Array, english: Array, labels: int) -> Array:
        """Log-probabilities, texts × ``labels``, from the vectors of the encoder of all languages,
        texts × d, and of that of English, texts × e."""
        given = _together(vectors, english, self.middle)
        means = sum(_log_softmax(self._one(given, one)) for one in range(len(self.inner)))
        told = np.full((len(given), labels), UNKNOWN)
        told[:, self.known] = np.maximum(_log_softmax(means / len(self.inner)), UNKNOWN)
        return told

    def _one(self, given: Array, one: int) -> Array:
        hidden = np.maximum(given @ self.inner[one] + self.inner_bias[one], 0.0)
        return hidden @ self.outer[one] + self.outer_bias[one]

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        np.savez(folder / ARRAYS, **{one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def load(cls, folder: Path) -> English:
        """Read what ``save`` wrote."""
        with np.load(folder / ARRAYS, allow_pickle=False) as held:
            return cls(**{name: held[name] for name in held.files})


def train_english(
    vectors: Array, english: Array, truth: Array, texts: Sequence[str] = ()
) -> English | None:
    """Learn from the vectors of phrases and the places of their labels, ``truth``. ``texts``: the
    phrases, where they are to be known again. None where fewer than two labels have phrases."""
    known = np.unique(truth)
    if len(known) < 2:
        return None
    middle = np.concatenate([vectors.mean(axis=0), english.mean(axis=0)])
    given = _together(vectors, english, middle)
    learned = [_learn(given, np.searchsorted(known, truth), seed) for seed in range(NETWORKS)]
    inner, inner_bias, outer, outer_bias = (np.stack(one) for one in zip(*learned))  # noqa: B905
    phrases, scale = in_bytes(english[: len(texts)])
    return English(
        middle, known, inner, inner_bias, outer, outer_bias, keys_of(texts), phrases, scale
    )


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


def _together(vectors: Array, english: Array, middle: Array) -> Array:
    wide = vectors.shape[1]
    both = (_centred(vectors, middle[:wide]), _centred(english, middle[wide:]))
    return (np.hstack(both) * (SCALE / np.sqrt(2))).astype(np.float32)


def _centred(vectors: Array, middle: Array) -> Array:
    rest = vectors - middle
    return rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)


def _log_softmax(scores: Array) -> Array:
    spread = scores - scores.max(axis=1, keepdims=True)
    return spread - np.log(np.exp(spread).sum(axis=1, keepdims=True))
