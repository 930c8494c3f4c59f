"""Publish no exact count: every figure is worked out anew from counts rounded to a base.

Two reports of overlapping windows differ by few people. Exact counts, or rates and p values
precise enough to give them away, would tell an attacker who subtracts one report from the other
how many. Tests and verdicts are made on the exact counts before; only what is printed changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from fairness.intervals import difference_interval, wilson
from fairness.judge import Comparison, Omnibus
from fairness.records import Cell
from fairness.scores import Score
from fairness.simpson import Simpson
from fairness.summary import Figure, smoothed_differential_fairness

if TYPE_CHECKING:
    from fairness.audit import Report

P_STEPS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Published p values are upper bounds: the first of these at or above the exact one."""

Key = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def rounded(report: Report, base: int, threshold: int, confidence: float) -> Report:
    """``report`` with every count rounded to ``base`` and all else worked out from that."""
    cells = tuple(_cell(c, base, confidence) for c in report.measures)
    at = {_key(c.measure.key, c.within, c.group): c for c in cells}
    selected: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.measure.name == "selection_rate":
            selected[_place(cell)].append(cell)
    return replace(
        report,
        measures=cells,
        omnibus=tuple(_omnibus(o) for o in report.omnibus),
        comparisons=tuple(_comparison(c, at) for c in report.comparisons),
        summary=tuple(_figure(f, selected[_place(f)]) for f in report.summary),
        simpson=tuple(_simpson(s) for s in report.simpson),
        provenance=_provenance(report.provenance, base, threshold),
        harm=tuple(_score(s, base, 1) for s in report.harm),
        baseline=tuple(_score(s, base, 2) for s in report.baseline),
    )


def to_base(count: float, base: int) -> int:
    """The multiple of ``base`` nearest to ``count``; halves go up."""
    return base * floor(count / base + 0.5)


def p_step(p: float | None) -> float | None:
    """The upper bound that is published for ``p``."""
    return None if p is None else next(step for step in P_STEPS if p <= step)


def _cell(cell: Cell, base: int, confidence: float) -> Cell:
    if cell.status == "suppressed" or cell.n is None:
        return cell
    n = to_base(cell.n, base)
    reason = re.sub(r"\bhas [\d.]+", "has too few", cell.reason)
    if cell.k is None or not n:
        return replace(cell, n=n, reason=reason)
    k = min(n, to_base(cell.k, base))
    shrink = cell.n_effective / cell.n if cell.n else 1.0
    effective = n * _two(min(1.0, shrink)) or 1.0
    low, high = wilson(k / n * effective, effective, confidence)
    resampled = cell.resampled and (low, high)
    return replace(
        cell, n=n, k=k, value=k / n, low=low, high=high, n_effective=effective,
        resampled=resampled, reason=reason,
    )  # fmt: skip


def _omnibus(test: Omnibus) -> Omnibus:
    return replace(test, p=p_step(test.p), p_adjusted=p_step(test.p_adjusted), statistic=None)


def _comparison(found: Comparison, at: Mapping[Key, Cell]) -> Comparison:
    group = at[_key(found.measure.key, found.within, found.group)]
    base = at[_key(found.measure.key, found.within, found.reference)]
    found = replace(
        found,
        p=p_step(found.p),
        p_adjusted=p_step(found.p_adjusted),
        detectable=None if found.detectable is None else max(0.01, _two(found.detectable)),
        reason=re.sub(r"has [\d.]+ where", "has fewer than can be judged, where", found.reason),
    )
    if found.difference is None or group.value is None or base.value is None:
        return found
    if group.low is None or base.low is None or group.high is None or base.high is None:
        return found
    low, high = difference_interval(
        group.value, (group.low, group.high), base.value, (base.low, base.high)
    )
    ratio = group.value / base.value if base.value else None
    difference = group.value - base.value
    return replace(found, difference=difference, ratio=ratio, low=low, high=high)


def _figure(figure: Figure, cells: Sequence[Cell]) -> Figure:
    """Worked out again from rounded rates; what cannot be, to two places."""
    if figure.value is None:
        return figure
    mine = [c for c in cells if c.recorded and c.value is not None and c.n]
    if figure.of is not None:
        mine = [c for c in mine if c.measure.of == figure.of]
    rates = [c.value or 0.0 for c in mine]
    value: float | None = _two(figure.value)
    if figure.name == "demographic_parity_difference":
        value = max(rates) - min(rates)
    elif figure.name == "demographic_parity_ratio" and max(rates):
        value = min(rates) / max(rates)
    elif figure.name == "impact_ratio" and max(rates):
        value = next(c.value or 0.0 for c in mine if c.group == figure.group) / max(rates)
    elif figure.name == "smoothed_differential_fairness":
        value = _differential(mine)
    low = None if figure.low is None else _down(figure.low)
    high = None if figure.high is None else _up(figure.high)
    return replace(figure, value=value, low=low, high=high)


def _score(one: Score, base: int, places: int) -> Score:
    """To so many places: what it is made of has other sizes than are published."""

    def near(value: float | None) -> float | None:
        return None if value is None else round(value, places)

    return replace(
        one, n=None if one.n is None else to_base(one.n, base), variance=0.0,
        value=near(one.value), low=near(one.low), high=near(one.high),
        parts=tuple(None if p is None else _two(p) for p in one.parts),
        difference=near(one.difference), difference_low=near(one.difference_low),
        difference_high=near(one.difference_high),
        p=p_step(one.p), p_adjusted=p_step(one.p_adjusted),
    )  # fmt: skip


def _place(one: Cell | Figure) -> tuple[Any, ...]:
    return one.by, tuple(one.within.items())


def _differential(cells: Sequence[Cell]) -> float | None:
    """Over one rate and its opposite, or over every channel."""
    groups: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(tuple(cell.group.items()), []).append(cell)
    counts = [
        [c.k or 0.0 for c in held] if len(held) > 1 else [held[0].k or 0.0, _rest(held[0])]
        for held in groups.values()
    ]
    return smoothed_differential_fairness(counts)


def _rest(cell: Cell) -> float:
    return (cell.n or 0.0) - (cell.k or 0.0)


def _simpson(row: Simpson) -> Simpson:
    return replace(row, pooled=_two(row.pooled), conditional=_two(row.conditional))


def _provenance(history: Mapping[str, Any], base: int, threshold: int) -> dict[str, Any]:
    def count(n: float | None) -> float | None:
        return None if n is None else to_base(n, base)

    def note(text: str) -> str:
        return re.sub(r": ([\d,]+)\.$", lambda m: f": {_said(m[1], base, threshold)}.", text)

    source = history["source"]
    return {
        **history,
        "units": count(history["units"]),
        "missing": {name: count(n) for name, n in history["missing"].items()},
        "notes": [note(text) for text in history["notes"]],
        "source": {**source, "rows": count(source["rows"])},
    }


def _said(number: str, base: int, threshold: int) -> str:
    count = int(number.replace(",", ""))
    return f"fewer than {threshold}" if count < threshold else str(to_base(count, base))


def _two(value: float) -> float:
    return round(value, 2)


def _down(value: float) -> float:
    return floor(value * 100) / 100


def _up(value: float) -> float:
    return ceil(value * 100) / 100


def _key(measure: str, within: Mapping[str, str], group: Mapping[str, str]) -> Key:
    return measure, tuple(within.items()), tuple(group.items())
