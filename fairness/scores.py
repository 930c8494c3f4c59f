"""A figure a conversation, added up over groups and compared: the mean, how sure, the gap.

For figures that are no plain share: a weighted sum of several rates, or the difference between
two decisions on the same conversation. Each rate may be known for other conversations than the
next; the variance is that of the sum's linear part (the delta method).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import numpy as np
from scipy.stats import chi2

from fairness.judge import Verdict
from fairness.metrics import place_codes
from fairness.records import NOT_RECORDED, WEIGHT, Rules, Units, key_column
from fairness.tests_of_difference import holm


@dataclass(frozen=True)
class Score:
    """One group's figure beside its reference's. ``n`` counts conversations it is known for.

    ``parts`` are the rates it is made of. ``p_adjusted``: Holm within the grouping.
    """

    by: tuple[str, ...]
    group: Mapping[str, str]
    n: float | None
    value: float | None
    low: float | None = None
    high: float | None = None
    variance: float = 0.0
    parts: tuple[float | None, ...] = ()
    reference: Mapping[str, str] | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    verdict: Verdict = "not_estimable"
    reason: str = ""

    @property
    def recorded(self) -> bool:
        """Whether every value that makes up the group was recorded."""
        return not any(value.startswith(NOT_RECORDED) for value in self.group.values())


def scores(
    units: Units,
    by: tuple[str, ...],
    columns: Sequence[np.ndarray],
    weights: Sequence[float],
    confidence: float = 0.95,
) -> tuple[Score, ...]:
    """The weighted sum of the means of ``columns`` (NaN: not known) in each group of ``by``."""
    frame = units.frame
    codes, places = place_codes(frame, [key_column(name) for name in by])
    rows = frame[WEIGHT].to_numpy(float)
    sizes = np.array([_sums(codes, places, rows * ~np.isnan(c)) for c in columns])
    hits = np.array([_sums(codes, places, rows * np.nan_to_num(c)) for c in columns])
    means = np.divide(hits, sizes, out=np.full_like(hits, np.nan), where=sizes > 0)
    value = np.asarray(weights) @ np.nan_to_num(means)
    variance = _variance(codes, rows, columns, weights, sizes, means)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    found = []
    for i, place in enumerate(places):
        n = float(sizes[:, i].max())
        if not n:
            continue
        known = sizes[:, i] > 0
        half = z * sqrt(variance[i])
        group = dict(zip(by, place, strict=False))
        parts = tuple(float(m) if k else None for m, k in zip(means[:, i], known, strict=True))
        one = Score(by, group, n, None, parts=parts, reason="some of it is not known here")
        if known.all():
            v = float(value[i])
            one = replace(
                one, value=v, low=v - half, high=v + half, variance=float(variance[i]), reason=""
            )
        found.append(one)
    return tuple(found)


def _sums(codes: np.ndarray, places: Sequence[object], of: np.ndarray) -> np.ndarray:
    return np.bincount(codes, of, len(places))


def _variance(
    codes: np.ndarray, rows: np.ndarray, columns: Sequence[np.ndarray],
    weights: Sequence[float], sizes: np.ndarray, means: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Of each group's sum. A rate of none or all still varies: as with one more of either."""
    influence = np.zeros(len(rows))
    spare = np.zeros(sizes.shape[1])
    for column, weight, size, mean in zip(columns, weights, sizes, means, strict=True):
        apart = np.nan_to_num(column - mean[codes]) * weight
        influence += np.divide(apart, size[codes], out=np.zeros_like(apart), where=size[codes] > 0)
        flat = (size > 0) & ((mean == 0) | (mean == 1))
        near = 1 / (size + 2)
        spare += np.where(flat, weight**2 * near * (1 - near) / np.maximum(size, 1), 0.0)
    n = sizes.max(axis=0)
    grow = np.divide(n, n - 1, out=np.ones_like(n), where=n > 1)
    return np.asarray(np.bincount(codes, rows * influence**2, sizes.shape[1]) * grow + spare)


def compared(
    found: Sequence[Score], reference: Mapping[str, str] | None, rules: Rules
) -> tuple[tuple[Score, ...], float | None]:
    """Each group against ``reference``, and the p of one test that all are alike."""
    base = next((s for s in found if reference is not None and s.group == reference), None)
    if base is None or base.value is None:
        return tuple(found), None
    z = NormalDist().inv_cdf(0.5 + rules.confidence / 2)
    return tuple(_against(s, base, z, rules) for s in found), _alike(found, rules)


def _against(one: Score, base: Score, z: float, rules: Rules) -> Score:
    one = replace(one, reference=base.group)
    if one.group == base.group or one.value is None or base.value is None:
        return one
    gap = one.value - base.value
    error = sqrt(one.variance + base.variance)
    p = 2 * NormalDist().cdf(-abs(gap) / error) if error else None
    one = replace(one, difference=gap, difference_low=gap - z * error,
                  difference_high=gap + z * error, p=p)  # fmt: skip
    few = min(one.n or 0, base.n or 0) < rules.minimum
    if few:
        reason = f"fewer than {rules.minimum} on one side"
        return replace(one, reason=reason)
    return one


def _alike(found: Sequence[Score], rules: Rules) -> float | None:
    """Whether all recorded groups could have one mean: chi-square over their variances."""
    held = [s for s in found if _can_be_judged(s, rules) and s.variance > 0]
    if len(held) < 2:
        return None
    sure = np.array([1 / s.variance for s in held])
    values = np.array([s.value for s in held], float)
    apart = values - (sure @ values) / sure.sum()
    return float(chi2.sf(sure @ apart**2, len(held) - 1))


def _can_be_judged(one: Score, rules: Rules) -> bool:
    return one.recorded and one.value is not None and (one.n or 0) >= rules.minimum


Family = tuple[tuple[Score, ...], float | None]
"""The scores of one grouping, and the p of one test that all are alike."""


def judged(
    families: Sequence[Family], rules: Rules, beside: Sequence[float] = ()
) -> tuple[Score, ...]:
    """Verdicts: the test over all groups, then each pair (Holm within the family).

    The first is corrected (Holm) over ``families`` and every other test of the report, whose p
    are ``beside``: one more table must not make false alarms more likely.
    """
    overall = iter(holm([*ps_of(families), *beside]))
    found: list[Score] = []
    for scored, alike in families:
        sure = alike is not None and next(overall) <= rules.alpha
        pairs = [s for s in scored if s.p is not None and _can_be_judged(s, rules)]
        adjusted = dict(zip(map(id, pairs), holm([s.p or 0.0 for s in pairs]), strict=True))
        found += [_verdict(s, adjusted.get(id(s)), sure, rules) for s in scored]
    return tuple(found)


def ps_of(families: Sequence[Family]) -> list[float]:
    """The p of every test over all groups."""
    return [p for _, p in families if p is not None]


def _verdict(one: Score, adjusted: float | None, sure: bool, rules: Rules) -> Score:
    one = replace(one, p_adjusted=adjusted)
    if one.reference is not None and one.group == one.reference:
        return replace(one, verdict="reported_not_judged", reason="the others are compared with it")
    if not one.recorded:
        return replace(one, verdict="reported_not_judged")
    if adjusted is None or one.reason:
        return one
    if sure and adjusted <= rules.alpha:
        return replace(one, verdict="evidence_of_disparity")
    return replace(one, verdict="no_evidence_found")
