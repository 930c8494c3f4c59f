"""How much each reading of a message counts, by language, so that confidences are true ones.

A blend is a weighted sum of log-probabilities. The weights that make unseen phrases least
surprising (the smallest mean of -log confidence in the true label) are found by convex
minimisation: that chooses the mix and calibrates it at once. Every language with enough
phrases has its own, drawn towards that of all: without it, a language with fewer phrases gets
lower confidences at equal accuracy, and one threshold would turn its speakers away more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here
Mix = tuple[float, ...]
ALL = ""
"""Stands for every language, and for one with too few phrases."""
FEWEST = 60
"""Phrases from which a language has a mix of its own."""
PULL = 0.02
"""How strongly a language is drawn towards the mix of all."""
LEAST = 1e-3


def blend(read: Sequence[Array], mix: Mix, lean: Array | float = 0.0) -> Array:
    """The weighted sum of the readings, texts × labels, and ``lean`` (nlu/components/evenness.py),
    which has no weight."""
    return sum(weight * one for weight, one in zip(mix, read, strict=True)) + lean


def best_mixes(
    read: Sequence[Array], truth: Array, languages: Sequence[str], lean: Array | None = None
) -> dict[str, Mix]:
    """A mix for all under ``""``, and for each language with enough phrases.

    ``read``: readings of phrases by classifiers that had not seen them; ``truth``: the place
    of each phrase's label; ``lean``: as for ``blend``.
    """
    lean = np.zeros((len(truth), 1)) if lean is None else lean
    common = _best(read, truth, None, lean)
    mixes = {ALL: common}
    spoken = np.array(languages)
    for language in sorted(set(languages)):
        here = np.flatnonzero(spoken == language)
        if len(here) >= FEWEST:
            mixes[language] = _best([one[here] for one in read], truth[here], common, lean[here])
    return mixes


def surprise(scores: Array, truth: Array) -> float:
    """The mean of -log confidence in the true label, in nats."""
    return float((_log_sum(scores) - scores[np.arange(len(truth)), truth]).mean())


def _best(read: Sequence[Array], truth: Array, towards: Mix | None, lean: Array) -> Mix:
    from scipy.optimize import minimize

    rows = np.arange(len(truth))
    wanted = [one[rows, truth] for one in read]
    leant = np.broadcast_to(lean, read[0].shape)[rows, truth]
    aim = np.array(towards) if towards else np.zeros(len(read))
    pull = PULL if towards else 0.0

    def loss(mix: Array) -> tuple[float, Array]:
        scores = blend(read, tuple(mix), lean)
        top = _log_sum(scores)
        sure = np.exp(scores - top[:, None])
        slopes = [float(((sure * r).sum(1) - w).mean()) for r, w in zip(read, wanted, strict=True)]
        hit = blend(wanted, tuple(mix), leant)
        value = float((top - hit).mean() + pull * ((mix - aim) ** 2).sum())
        return value, np.array(slopes) + 2 * pull * (mix - aim)

    start = aim if towards else np.full(len(read), 0.5)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(LEAST, None)] * len(read))
    return tuple(float(weight) for weight in found.x)


def _log_sum(scores: Array) -> Array:
    top = scores.max(axis=1)
    return top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
