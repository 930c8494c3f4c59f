"""Make confidences mean what they say, in each language alike.

One temperature a language is chosen on phrases the classifier has not seen. Without it a
language with fewer phrases gets lower confidences at equal accuracy, and one fallback
threshold would turn its speakers away more often.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlu.components.linear_text import Array

TEMPERATURES = np.exp(np.linspace(np.log(0.2), np.log(4.0), 31))
FEWEST = 40
"""A language with fewer phrases shares the temperature of all."""
ALL = ""


def temperatures(scores: Array, truth: Array, languages: Sequence[str]) -> dict[str, float]:
    """The best temperature of each language with enough phrases, and of all under ``""``."""
    spoken = np.array(languages)
    chosen = {ALL: _best(scores, truth)}
    for language in sorted(set(languages)):
        here = spoken == language
        if here.sum() >= FEWEST:
            chosen[language] = _best(scores[here], truth[here])
    return chosen


def folds_of(truth: Array, folds: int) -> Array:
    """A fold for each phrase, every label spread evenly over the folds."""
    order = np.random.default_rng(0).permutation(len(truth))
    fold = np.zeros(len(truth), dtype=int)
    met: dict[int, int] = {}
    for i in order:
        met[truth[i]] = met.get(truth[i], -1) + 1
        fold[i] = met[truth[i]] % folds
    return fold


def _best(scores: Array, truth: Array) -> float:
    return float(min(TEMPERATURES, key=lambda t: _surprise(scores / t, truth)))


def _surprise(scores: Array, truth: Array) -> float:
    """The mean of -log confidence in the true label."""
    spread = scores - scores.max(axis=1, keepdims=True)
    spread = spread - np.log(np.exp(spread).sum(axis=1, keepdims=True))
    return float(-spread[np.arange(len(truth)), truth].mean())
