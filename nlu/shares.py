"""A share of messages, with its interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bot.wilson import wilson

DRAWS = 1000
"""Worlds in which confidences are true, to see what error chance alone makes."""


@dataclass(frozen=True)
class Share:
    """``k`` of ``n``, with Wilson's 95 % interval (Wilson 1927). All None without messages.

    ``what`` is measured, of messages in ``lang`` that are of ``group``; ``good`` says whether
    more is better.
    """

    what: str
    lang: str
    group: str
    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None
    good: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two shares the same measure."""
        return self.what, self.lang, self.group


def share(what: str, lang: str, group: str, outcomes: Iterable[bool], good: bool = True) -> Share:
    """The share of true outcomes."""
    found = list(outcomes)
    k, n = sum(found), len(found)
    if not n:
        return Share(what, lang, group, 0, 0, None, None, None, good)
    low, high = wilson(k, n)
    return Share(what, lang, group, k, n, k / n, low, high, good)


def macro_f1(truth: list[str], guessed: list[str]) -> float:
    """The mean over the true labels of 2·tp / (2·tp + fp + fn), from 0 to 1."""
    total = 0.0
    labels = sorted(set(truth))
    pairs = list(zip(truth, guessed, strict=True))
    for label in labels:
        hit = sum(t == g == label for t, g in pairs)
        near = sum((t == label) != (g == label) for t, g in pairs)
        total += 2 * hit / (2 * hit + near) if hit else 0.0
    return total / len(labels) if labels else 0.0


def calibration_error(sure: list[float], right: list[bool], bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017): the mean distance between confidence and
    the share that is right, over ``bins`` with equally many messages, from 0 to 1."""
    ordered = sorted(zip(sure, right, strict=True))
    total = 0.0
    for i in range(bins):
        part = ordered[i * len(ordered) // bins : (i + 1) * len(ordered) // bins]
        if part:
            confident = sum(s for s, _ in part) / len(part)
            correct = sum(r for _, r in part) / len(part)
            total += len(part) * abs(confident - correct)
    return total / len(ordered) if ordered else 0.0


def calibration_by_chance(sure: list[float], bins: int = 10) -> float:
    """The error that 95 of 100 perfectly calibrated models stay below, on as many messages with
    these confidences: a measured error up to it says nothing against the model."""
    if not sure:
        return 0.0
    ordered = np.sort(np.array(sure))
    right = np.random.default_rng(0).random((DRAWS, len(ordered))) < ordered
    edges = np.arange(bins + 1) * len(ordered) // bins
    parts = [slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a]
    gaps = [np.abs(right[:, part].sum(axis=1) - ordered[part].sum()) for part in parts]
    errors = np.sum(gaps, axis=0) / len(ordered)
    return float(np.quantile(errors, 0.95))
