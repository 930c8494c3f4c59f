"""Hold both conversations of each pair and count how often the decision turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from fairness.counterfactual.pairs import Pair
from fairness.intervals import wilson
from fairness.talk import Talk, Told
from fairness.tests_of_difference import holm


@dataclass(frozen=True)
class Tried:
    """A pair and how its two conversations went."""

    pair: Pair
    a: Told
    b: Told

    @property
    def channel_changed(self) -> bool:
        """Whether the two were sent to different channels (or one of them nowhere)."""
        return self.a.channel != self.b.channel

    @property
    def answer_changed(self) -> bool:
        """Whether the first reply differs: another service, or not understood."""
        return self.a.replies[:1] != self.b.replies[:1]


@dataclass(frozen=True)
class FamilyResult:
    """All pairs of one family.

    ``b_only`` and ``a_only`` count pairs of which just one was sent to digital; McNemar's
    exact test asks whether the two directions are alike. ``as_expected`` counts pairs that
    stayed, or changed, as they must.
    """

    family: str
    expect: str
    pairs: int
    flips: int
    answers_changed: int
    as_expected: int
    low: float
    high: float
    a_only: int
    b_only: int
    p: float
    p_adjusted: float
    verdict: str


def try_pairs(
    pairs: Iterable[Pair], talk: Talk, progress: Callable[[str], None] = lambda step: None
) -> tuple[Tried, ...]:
    """Both conversations of every pair, one after the other. Raises AssistantUnreachable."""
    tried = []
    for number, pair in enumerate(pairs, 1):
        progress(f"Pair {number}: {pair.family}")
        a, b = (talk(text.split("\n"), None) for text in (pair.a, pair.b))
        tried.append(Tried(pair, a, b))
    return tuple(tried)


def results(tried: Sequence[Tried], alpha: float = 0.05) -> tuple[FamilyResult, ...]:
    """One result a family, McNemar's p corrected (Holm) over those that must not change."""
    families = list(dict.fromkeys((t.pair.family, t.pair.expect) for t in tried))
    held = {key: [t for t in tried if (t.pair.family, t.pair.expect) == key] for key in families}
    judged = [key for key in families if key[1] == "same"]
    counts = {key: _discordant(held[key]) for key in families}
    ps = {key: mcnemar(*counts[key]) for key in families}
    adjusted = dict(zip(judged, holm([ps[key] for key in judged]), strict=True))
    return tuple(
        _result(key, held[key], counts[key], ps[key], adjusted.get(key, ps[key]), alpha)
        for key in families
    )


def mcnemar(a_only: int, b_only: int) -> float:
    """McNemar's exact two-sided p: are the pairs that differ split evenly?"""
    differing = a_only + b_only
    return float(binomtest(a_only, differing, 0.5).pvalue) if differing else 1.0


def _discordant(tried: Sequence[Tried]) -> tuple[int, int]:
    a_only = sum(t.a.channel == "digital" != t.b.channel for t in tried)
    b_only = sum(t.b.channel == "digital" != t.a.channel for t in tried)
    return a_only, b_only


def _result(
    key: tuple[str, str], tried: Sequence[Tried], counts: tuple[int, int], p: float,
    adjusted: float, alpha: float,
) -> FamilyResult:  # fmt: skip
    family, expect = key
    flips = sum(t.channel_changed for t in tried)
    # One that was never going to digital cannot be moved away from it.
    meets = [t for t in tried if expect == "same" or t.a.channel == "digital"]
    met = sum(t.channel_changed == (expect == "change") for t in meets)
    low, high = wilson(flips, len(tried))
    return FamilyResult(
        family, expect, len(tried), flips, sum(t.answer_changed for t in tried),
        met + len(tried) - len(meets), low, high, *counts, p, adjusted,
        _verdict(expect, flips, adjusted, met == len(meets), alpha),
    )  # fmt: skip


def _verdict(expect: str, flips: int, p: float, all_met: bool, alpha: float) -> str:
    if expect == "change":
        return "changes as it must" if all_met else "does not always change: mend this"
    if p <= alpha:
        return "evidence of disparity"
    return "no evidence found, but some turned: read them" if flips else "no evidence found"
