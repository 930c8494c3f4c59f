"""What several readings do with their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here


def centred(vectors: Array, middle: Array) -> Array:
    """The vectors, texts × d, without ``middle``, d, which all have in common, each of length 1."""
    rest = vectors - middle
    return rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)


def log_softmax(scores: Array) -> Array:
    """Scores, texts × labels, as logarithms of probabilities that add up to 1 for each text."""
    spread = scores - scores.max(axis=1, keepdims=True)
    return spread - np.log(np.exp(spread).sum(axis=1, keepdims=True))
