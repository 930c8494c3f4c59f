"""How far a gap could move if those whose group is not recorded were all on one side.

No assumption is made: the widest gap comes from giving everyone unrecorded with the event to
one group and everyone without it to the other. Where the bounds still exclude zero, the gap
cannot be due to who did not answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairness.judge import Comparison
from fairness.records import Cell

Key = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
Place = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
"""A measure, a grouping and a stratum."""


def with_bounds(comparisons: Sequence[Comparison], cells: Sequence[Cell]) -> tuple[Comparison, ...]:
    """Each comparison of shares over one column, with the bounds of its difference."""
    at = {_key(c.measure.key, c.within, c.group): c for c in cells}
    unknown: dict[Place, list[Cell]] = {}
    for cell in cells:
        if len(cell.by) == 1 and not cell.recorded and cell.n != 0:
            unknown.setdefault(_place(cell), []).append(cell)
    return tuple(_bounded(c, at, unknown.get(_place(c), ())) for c in comparisons)


def _bounded(found: Comparison, at: Mapping[Key, Cell], unknown: Sequence[Cell]) -> Comparison:
    """``unknown``: everyone whose group is not recorded, for whichever reason."""
    if len(found.by) != 1 or found.measure.kind != "share" or found.difference is None:
        return found
    where = found.measure.key, found.within
    group, base = at[_key(*where, found.group)], at[_key(*where, found.reference)]
    if not unknown or not group.recorded or not group.n or not base.n:
        return found
    if any(c.k is None or c.n is None for c in unknown):
        return found  # some are hidden: how far they could move it is not to be told
    hits = sum(c.k or 0.0 for c in unknown)
    misses = sum((c.n or 0.0) - (c.k or 0.0) for c in unknown)
    return replace(
        found,
        bound_low=_rate(group, 0, misses) - _rate(base, hits, 0),
        bound_high=_rate(group, hits, 0) - _rate(base, 0, misses),
    )


def _rate(cell: Cell, hits: float, misses: float) -> float:
    return ((cell.k or 0.0) + hits) / ((cell.n or 0.0) + hits + misses)


def _place(one: Cell | Comparison) -> Place:
    return one.measure.key, one.by, tuple(one.within.items())


def _key(measure: str, within: Mapping[str, str], group: Mapping[str, str]) -> Key:
    return measure, tuple(within.items()), tuple(group.items())
