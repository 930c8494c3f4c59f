"""Hide groups too small to publish, and enough others that no hidden figure can be worked out.

Published sizes obey sums: the groups of a column add up to everyone, the cells of an
intersection add up to each of their margins. Hiding one cell of a sum hides nothing. So
first every sum with a hidden part gets at least two, holding together at least the
threshold; then the whole system of sums is solved, as an attacker would, and whatever
still has only one possible value gets company until nothing has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairness.records import NO_SAMPLE, Cell

Place = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Sum:
    """``parts`` add up to ``whole``."""

    whole: Place
    parts: tuple[Place, ...]


def suppress(cells: Sequence[Cell], threshold: int) -> tuple[Cell, ...]:
    """``cells`` of one measure with those too small, and their company, made blank. Small is by
    how many people there are, whatever they weigh."""
    sizes = {_place(cell): float(cell.size) for cell in cells}
    hidden = hidden_places(sizes, threshold)
    return tuple(_blank(c, sizes, threshold) if _place(c) in hidden else c for c in cells)


def hidden_places(
    sizes: Mapping[Place, float], threshold: int, elsewhere: Iterable[Place] = ()
) -> frozenset[Place]:
    """Which of the published ``sizes`` must be hidden. Empty groups hide nobody and stay. Hidden
    is also what is hidden ``elsewhere``, in another table of the same people."""
    hidden = {place for place, n in sizes.items() if 0 < n < threshold}
    hidden |= {place for place in elsewhere if sizes.get(place)}
    if not hidden:
        return frozenset()
    sums = sums_between(sizes)
    while True:
        grown = _give_company(hidden, sizes, sums, threshold)
        exposed = recoverable(grown, sums)
        if not exposed:
            return frozenset(grown)
        more = _neighbour(exposed, grown, sizes, sums)
        if more is None:
            return frozenset(sizes)  # nothing left to hide behind: publish no sizes at all
        hidden = grown | {more}


def sums_between(sizes: Mapping[Place, float]) -> tuple[Sum, ...]:
    """Every sum an attacker can write down between published sizes."""
    found: dict[tuple[Place, str], list[Place]] = {}
    for place in sizes:
        for name, value in place:
            whole = place - {(name, value)}
            if whole in sizes:
                found.setdefault((whole, name), []).append(place)
    return tuple(
        Sum(whole, tuple(sorted(parts, key=sorted))) for (whole, _), parts in found.items()
    )


def recoverable(hidden: set[Place], sums: Sequence[Sum]) -> frozenset[Place]:
    """The hidden places that have only one value the published sums allow."""
    order = {place: i for i, place in enumerate(sorted(hidden, key=sorted))}
    rows = []
    for total in sums:
        row = np.zeros(len(order))
        for place in total.parts:
            if place in order:
                row[order[place]] = 1.0
        if total.whole in order:
            row[order[total.whole]] = -1.0
        if row.any():
            rows.append(row)
    if not rows:
        return frozenset()
    _, values, vectors = np.linalg.svd(np.array(rows))
    free = vectors[int((values > 1e-9).sum()) :]
    fixed = np.ones(len(order), bool) if not len(free) else (np.abs(free) < 1e-9).all(axis=0)
    return frozenset(place for place, i in order.items() if fixed[i])


def _place(cell: Cell) -> Place:
    return frozenset({**cell.within, **cell.group}.items())


def _blank(cell: Cell, sizes: Mapping[Place, float], threshold: int) -> Cell:
    small = sizes[_place(cell)] < threshold
    reason = (
        f"fewer than {threshold} in this group"
        if small
        else "hidden so that a smaller group cannot be worked out from it"
    )
    return replace(
        cell, n=None, k=None, value=None, low=None, high=None, n_effective=0.0, resampled=None,
        sample=NO_SAMPLE, patterns=None, people=None,
        status="suppressed", reason=reason,
    )  # fmt: skip


def _give_company(
    hidden: set[Place], sizes: Mapping[Place, float], sums: Sequence[Sum], threshold: int
) -> set[Place]:
    """Grow ``hidden`` until every sum hides none, or two or more that together are not small."""
    hidden, grew = set(hidden), True
    while grew:
        grew = False
        for total in sums:
            more = _needs(total, hidden, sizes, threshold)
            if more is not None:
                hidden.add(more)
                grew = True
    return hidden


def _needs(
    total: Sum, hidden: set[Place], sizes: Mapping[Place, float], threshold: int
) -> Place | None:
    parts = [place for place in total.parts if place in hidden]
    whole_hidden = total.whole in hidden
    if not parts and not whole_hidden:
        return None
    alone = len(parts) + whole_hidden < 2
    little = not whole_hidden and sum(sizes[p] for p in parts) < threshold
    if not alone and not little:
        return None
    visible = [p for p in total.parts if p not in hidden and sizes[p] > 0]
    if visible:
        return min(visible, key=lambda p: (sizes[p], sorted(p)))
    return total.whole if not whole_hidden else None


def _neighbour(
    exposed: frozenset[Place],
    hidden: set[Place],
    sizes: Mapping[Place, float],
    sums: Sequence[Sum],
) -> Place | None:
    """The smallest visible place that shares a sum with an exposed one, else any visible one."""
    near = {
        place
        for total in sums
        if exposed & {total.whole, *total.parts}
        for place in (*total.parts, total.whole)
    }
    for places in (near, set(sizes)):
        visible = [p for p in places if p not in hidden and sizes[p] > 0]
        if visible:
            return min(visible, key=lambda p: (sizes[p], sorted(p)))
    return None
