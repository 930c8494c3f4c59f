"""Intervals that hold for small groups: Wilson, Newcombe, order statistics."""

from __future__ import annotations

from math import ceil, floor, inf, isinf, sqrt
from statistics import NormalDist
from typing import Protocol

from scipy.stats import binom

Interval = tuple[float, float]


class Ordered(Protocol):
    """Sorted values: a list, or a Sample."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: int, /) -> float: ...


def wilson(k: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval for ``k`` events out of ``n`` > 0; always inside [0, 1]."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p, z2 = k / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # At k = 0 and k = n the formula gives the end point but for rounding.
    return max(0.0, min(centre - half, p)), min(1.0, max(centre + half, p))


def difference_interval(a: float, of_a: Interval, b: float, of_b: Interval) -> Interval:
    """Interval of ``a - b`` from the two values' own intervals.

    With Wilson intervals this is Newcombe's hybrid score interval (his method 10); the
    same recovery of variances serves medians. Swapping a and b mirrors the interval.
    """
    low = a - b - sqrt((a - of_a[0]) ** 2 + (of_b[1] - b) ** 2)
    high = a - b + sqrt((of_a[1] - a) ** 2 + (b - of_b[0]) ** 2)
    return low, high


def quantile(ordered: Ordered, q: float) -> float:
    """The ``q`` quantile of sorted values, linear between neighbours; inf where one is."""
    place = (len(ordered) - 1) * q
    below, above = ordered[floor(place)], ordered[ceil(place)]
    if isinf(above) and place > floor(place):
        return inf
    return below if below == above else below + (above - below) * (place - floor(place))


def order_interval(
    ordered: Ordered, q: float, confidence: float = 0.95
) -> tuple[float, float | None]:
    """Distribution-free interval of a quantile of values that cannot be below zero.

    The lower end is 0 and the upper None where so few values cannot bound it.
    """
    n, tail = len(ordered), (1 - confidence) / 2
    low_rank = int(binom.ppf(tail, n, q))
    high_rank = int(binom.ppf(1 - tail, n, q)) + 1
    low = ordered[low_rank - 1] if low_rank >= 1 else 0.0
    high = ordered[high_rank - 1] if high_rank <= n else inf
    estimate = quantile(ordered, q)
    low, high = min(low, estimate), max(high, estimate)
    return low, (None if isinf(high) else high)
