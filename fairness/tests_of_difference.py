"""Could chance alone have made this gap? One test over all groups first, then pairs.

fairlearn's bootstrap interval of the largest difference is no test: a maximum of
differences is above zero even when nothing differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import asin, isclose, pi, sin, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, fisher_exact, ncx2

EXACT_UP_TO = 10_000
"""Two groups of together at most this many units get Fisher's exact test, and larger ones too
where an expected count is under 5. Beyond, chi-square gives the same p and is quick."""

PERMUTATIONS = 19_999
SEED = 20_260_101
"""Fixed, so that the same data gives the same report."""


@dataclass(frozen=True)
class Chance:
    """``p`` is two-sided. ``method`` is in words, for the report."""

    p: float
    method: str
    statistic: float | None = None
    degrees: int | None = None


def equality_test(ks: Sequence[float], ns: Sequence[float]) -> Chance:
    """Whether all groups share one rate. ``ks`` events out of ``ns`` units, all n > 0.

    Two groups: Fisher's exact test. More: chi-square where every expected count is at
    least 5, else a permutation test of the same statistic. Weighted counts that are not
    whole: chi-square.
    """
    total, events = sum(ns), sum(ks)
    rarest = min(ns) * min(events, total - events) / total
    if len(ks) == 2 and _whole([*ks, *ns]) and (total <= EXACT_UP_TO or rarest < 5):
        table = [[ks[0], ns[0] - ks[0]], [ks[1], ns[1] - ks[1]]]
        p = float(fisher_exact(np.rint(table).astype(int)).pvalue)
        return Chance(min(1.0, p), "Fisher's exact test")
    degrees = len(ns) - 1
    if events in (0, total):
        return Chance(1.0, "no variation: all or none", 0.0, degrees)
    statistic = float(_chi_square(np.asarray([ks], float), np.asarray(ns, float), events)[0])
    if rarest >= 5 or not _whole([*ks, *ns]):
        p = float(chi2.sf(statistic, degrees))
        return Chance(p, "chi-square test", statistic, degrees)
    return _permutation(np.rint(ns).astype(int), round(events), statistic, degrees)


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down correction, in the order given."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, ps[i] * (len(ps) - rank)))
        adjusted[i] = highest
    return tuple(adjusted)


def tarone(ps: Sequence[float], least: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Holm's correction over those tests only that could reach their level; 1 for the others.

    ``least`` is the smallest p that each test could have given, whatever was found. Tarone (1990):
    with the smallest k such that at most k of them have one of ``alpha`` / k or less, these are
    the family. Which they are does not depend on the p, so nothing is chosen by what it shows.
    """
    k = 1
    while sum(p <= alpha / k for p in least) > k:
        k += 1
    family = [i for i, p in enumerate(least) if p <= alpha / k]
    adjusted = [1.0] * len(ps)
    for i, p in zip(family, holm([ps[i] for i in family]), strict=True):
        adjusted[i] = p
    return tuple(adjusted)


@dataclass(frozen=True)
class Overall:
    """The test over all ``groups`` of a family that a pair needs too: of ``total`` units, at a
    level of ``alpha`` once corrected."""

    groups: int
    total: float
    alpha: float


def smallest_detectable(
    n: float,
    n_reference: float,
    rate: float,
    alpha: float,
    power: float,
    overall: Overall | None = None,
) -> float | None:
    """The smallest gap to ``rate`` such a comparison finds with that ``power``; where a test over
    all groups has to find it too, with this group alone unlike the others, the larger of both.

    Arcsine approximation; of the two directions the harder one that exists. None when
    the groups are too small to find any gap.
    """
    z = NormalDist().inv_cdf
    shift = (z(1 - alpha / 2) + z(power)) * sqrt(1 / n + 1 / n_reference) / 2
    if overall is not None:
        needed = _noncentrality(overall.groups - 1, overall.alpha, power)
        shift = max(shift, sqrt(needed * (1 / n + 1 / (overall.total - n))) / 2)
    angle = asin(sqrt(rate))
    reachable = [a for a in (angle - shift, angle + shift) if 0 <= a <= pi / 2]
    return max((abs(sin(a) ** 2 - rate) for a in reachable), default=None)


@lru_cache(maxsize=1024)
def _noncentrality(degrees: int, alpha: float, power: float) -> float:
    """How far from equal all groups must be for a chi-square test to find it with ``power``."""
    limit = chi2.isf(alpha, degrees)
    high = 1.0
    while ncx2.sf(limit, degrees, high) < power:
        high *= 2
    return float(brentq(lambda far: ncx2.sf(limit, degrees, far) - power, 1e-9, high))


def _whole(values: Sequence[float]) -> bool:
    return all(isclose(v, round(v), abs_tol=1e-9) for v in values)


def _chi_square(ks: Any, ns: Any, events: float) -> Any:
    """Pearson's statistic of each row of ``ks``: events a group, given the group sizes."""
    rate = events / ns.sum()
    return ((ks - ns * rate) ** 2 / (ns * rate * (1 - rate))).sum(axis=1)


def _permutation(ns: np.ndarray, events: int, observed: float, degrees: int) -> Chance:
    """Deal the events out to the groups at random, margins kept, and see how often it is worse."""
    dealt = np.random.default_rng(SEED).multivariate_hypergeometric(
        ns, events, size=PERMUTATIONS, method="marginals"
    )
    as_extreme = int((_chi_square(dealt, ns, events) >= observed * (1 - 1e-9)).sum())
    p = (1 + as_extreme) / (1 + PERMUTATIONS)
    return Chance(p, f"permutation test ({PERMUTATIONS + 1:,})", observed, degrees)
