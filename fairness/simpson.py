"""Does a gap hold inside the strata, or does it come from how people are spread over them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fairness.judge import Comparison
from fairness.records import Cell, Measure

Finding = Literal["reversed", "shrinks", "grows", "holds"]
NOTHING = 1e-9
"""Gaps below this are rounding of the computer's."""


@dataclass(frozen=True)
class Simpson:
    """A pooled difference beside the one inside strata (Mantel-Haenszel weights).

    ``above`` and ``below`` count the strata where the group's share is above or below the
    reference's. ``finding``: ``reversed`` (the sign turns round), ``shrinks`` (to less than
    half), ``grows`` (to more than double, as where there is no gap over all) or ``holds``.
    """

    measure: Measure
    by: tuple[str, ...]
    group: Mapping[str, str]
    reference: Mapping[str, str]
    pooled: float
    conditional: float
    above: int
    below: int
    finding: Finding


def simpson_check(comparisons: Sequence[Comparison], cells: Sequence[Cell]) -> tuple[Simpson, ...]:
    """One row for each pooled comparison of shares that has figures in at least two strata."""
    at = {(c.measure.key, _key(c.group), _key(c.within)): c for c in cells}
    strata = sorted({_key(c.within) for c in cells if c.within})
    found = []
    for pooled in comparisons:
        if pooled.within or pooled.difference is None or not pooled.measure.is_rate:
            continue
        key = pooled.measure.key
        pairs = [
            (at.get((key, _key(pooled.group), s)), at.get((key, _key(pooled.reference), s)))
            for s in strata
        ]
        row = _row(pooled, [(a, b) for a, b in pairs if a and b and _known(a) and _known(b)])
        if row is not None:
            found.append(row)
    return tuple(found)


def _row(pooled: Comparison, pairs: Sequence[tuple[Cell, Cell]]) -> Simpson | None:
    if len(pairs) < 2 or pooled.difference is None:
        return None
    gaps = [(a.value or 0.0) - (b.value or 0.0) for a, b in pairs]
    weights = [a.n_effective * b.n_effective / (a.n_effective + b.n_effective) for a, b in pairs]
    inside = sum(g * w for g, w in zip(gaps, weights, strict=True)) / sum(weights)
    finding: Finding = "holds"
    if inside * pooled.difference < 0:
        finding = "reversed"
    elif abs(inside) < abs(pooled.difference) / 2:
        finding = "shrinks"
    elif abs(inside) > max(2 * abs(pooled.difference), NOTHING):
        finding = "grows"
    return Simpson(
        pooled.measure, pooled.by, pooled.group, pooled.reference, pooled.difference, inside,
        sum(g > 0 for g in gaps), sum(g < 0 for g in gaps), finding,
    )  # fmt: skip


def _known(cell: Cell) -> bool:
    return cell.value is not None and cell.n_effective > 0


def _key(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(names.items())
