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
    base: Told | None = None

    @property
    def channel_changed(self) -> bool:
        """Whether the two were sent to different channels (or one of them nowhere)."""
        return self.a.channel != self.b.channel

    @property
    def answer_changed(self) -> bool:
        """Whether the first reply differs: another service, or not understood. In another
        language it differs anyway, so there it is not looked at."""
        return self.pair.family != "language" and self.a.replies[:1] != self.b.replies[:1]

    def lost(self, side: Told) -> bool:
        """Whether ``side`` was answered otherwise than the plain message is."""
        return self.base is not None and side.replies[:1] != self.base.replies[:1]


@dataclass(frozen=True)
class FamilyResult:
    """All pairs of one family.

    ``b_only`` and ``a_only`` count pairs of which just one was sent to digital; McNemar's
    exact test asks whether the two directions are alike. ``a_lost`` and ``b_lost`` count pairs of
    which just one was answered otherwise than the plain message is, and are tested likewise.
    ``as_expected`` counts pairs that stayed, or changed, as they must.
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
    a_lost: int
    b_lost: int
    p_answer: float
    p_answer_adjusted: float
    verdict: str


def try_pairs(
    pairs: Iterable[Pair], talk: Talk, progress: Callable[[str], None] = lambda step: None
) -> tuple[Tried, ...]:
    """Both conversations of every pair, one after the other. Raises AssistantUnreachable."""
    tried = []
    plain: dict[str, Told] = {}
    for number, pair in enumerate(pairs, 1):
        progress(f"Pair {number}: {pair.family}")
        a, b = (talk(text.split("\n"), None) for text in (pair.a, pair.b))
        if pair.base and pair.expect == "same" and pair.base not in plain:
            plain[pair.base] = talk((pair.base,), None)
        tried.append(Tried(pair, a, b, plain.get(pair.base)))
    return tuple(tried)


def results(tried: Sequence[Tried], alpha: float = 0.05) -> tuple[FamilyResult, ...]:
    """One result a family, McNemar's p corrected (Holm) over those that must not change."""
    families = list(dict.fromkeys((t.pair.family, t.pair.expect) for t in tried))
    held = {key: [t for t in tried if (t.pair.family, t.pair.expect) == key] for key in families}
    judged = [key for key in families if key[1] == "same"]
    routed = {key: _discordant(held[key]) for key in families}
    answered = {key: _answered_otherwise(held[key]) for key in families}
    tests = [(kind, key) for kind in (0, 1) for key in judged]
    counts = (routed, answered)
    adjusted = dict(
        zip(tests, holm([mcnemar(*counts[kind][key]) for kind, key in tests]), strict=True)
    )
    return tuple(
        _result(key, held[key], routed[key], answered[key],
                (adjusted.get((0, key)), adjusted.get((1, key))), alpha)
        for key in families
    )  # fmt: skip


def mcnemar(a_only: int, b_only: int) -> float:
    """McNemar's exact two-sided p: are the pairs that differ split evenly?"""
    differing = a_only + b_only
    return float(binomtest(a_only, differing, 0.5).pvalue) if differing else 1.0


def _discordant(tried: Sequence[Tried]) -> tuple[int, int]:
    a_only = sum(t.a.channel == "digital" != t.b.channel for t in tried)
    b_only = sum(t.b.channel == "digital" != t.a.channel for t in tried)
    return a_only, b_only


def _answered_otherwise(tried: Sequence[Tried]) -> tuple[int, int]:
    """Pairs of which only the first, or only the second, lost the plain message's answer."""
    a_lost = sum(t.lost(t.a) and not t.lost(t.b) for t in tried)
    b_lost = sum(t.lost(t.b) and not t.lost(t.a) for t in tried)
    return a_lost, b_lost


def _result(
    key: tuple[str, str], tried: Sequence[Tried], routed: tuple[int, int],
    answered: tuple[int, int], adjusted: tuple[float | None, float | None], alpha: float,
) -> FamilyResult:  # fmt: skip
    family, expect = key
    flips = sum(t.channel_changed for t in tried)
    changed = sum(t.answer_changed for t in tried)
    # One that was never going to digital cannot be moved away from it.
    meets = [t for t in tried if expect == "same" or t.a.channel == "digital"]
    met = sum(t.channel_changed == (expect == "change") for t in meets)
    low, high = wilson(flips, len(tried))
    p, p_answer = mcnemar(*routed), mcnemar(*answered)
    sure = [p if adjusted[0] is None else adjusted[0],
            p_answer if adjusted[1] is None else adjusted[1]]  # fmt: skip
    return FamilyResult(
        family, expect, len(tried), flips, changed, met + len(tried) - len(meets), low, high,
        *routed, p, sure[0], *answered, p_answer, sure[1],
        _verdict(expect, flips + changed, min(sure), met == len(meets), alpha),
    )  # fmt: skip


def _verdict(expect: str, turned: int, p: float, all_met: bool, alpha: float) -> str:
    if expect == "change":
        return "changes as it must" if all_met else "does not always change: mend this"
    if p <= alpha:
        return "evidence of disparity"
    return "no evidence found, but some turned: read them" if turned else "no evidence found"
