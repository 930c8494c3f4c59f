"""How far a gap could move if those whose group is not recorded were all on one side.

No assumption is made: the widest gap comes from giving everyone unrecorded with the event to
one group and everyone without it to the other. Where the bounds still exclude zero, the gap
cannot be due to who did not answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairness.judge import Comparison
from fairness.records import NOT_RECORDED, Cell

Key = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def with_bounds(comparisons: Sequence[Comparison], cells: Sequence[Cell]) -> tuple[Comparison, ...]:
    """Each comparison of shares over one column, with the bounds of its difference."""
    at = {_key(c.measure.key, c.within, c.group): c for c in cells}
    return tuple(_bounded(c, at) for c in comparisons)


def _bounded(found: Comparison, at: Mapping[Key, Cell]) -> Comparison:
    if len(found.by) != 1 or found.measure.kind != "share" or found.difference is None:
        return found
    where = found.measure.key, found.within
    unknown = at.get(_key(*where, {found.by[0]: NOT_RECORDED}))
    group, base = at[_key(*where, found.group)], at[_key(*where, found.reference)]
    if unknown is None or unknown is group or unknown.k is None or not unknown.n:
        return found
    hits, misses = unknown.k, unknown.n - unknown.k
    return replace(
        found,
        bound_low=_rate(group, 0, misses) - _rate(base, hits, 0),
        bound_high=_rate(group, hits, 0) - _rate(base, 0, misses),
    )


def _rate(cell: Cell, hits: float, misses: float) -> float:
    return ((cell.k or 0.0) + hits) / ((cell.n or 0.0) + hits + misses)


def _key(measure: str, within: Mapping[str, str], group: Mapping[str, str]) -> Key:
    return measure, tuple(within.items()), tuple(group.items())
