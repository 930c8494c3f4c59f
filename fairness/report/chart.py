"""Where the dots and intervals of a chart lie, in percent of its width.

Labels stay HTML text and the lines are drawn in percentages, so the chart is readable at
any width. It repeats what its table says, so it is hidden from screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairness.records import Cell
from fairness.report import words


@dataclass(frozen=True)
class Bar:
    """One group. ``dot``, ``low``, ``high`` in percent of the width; None: no figure."""

    label: str
    note: str
    dot: float | None = None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Chart:
    """``line`` is where the reference's value lies; ``ends`` is what the axis goes to."""

    bars: tuple[Bar, ...]
    line: float | None
    ends: str


def chart(cells: Sequence[Cell], reference: Cell | None) -> Chart | None:
    """The chart of one family, or None where there is nothing to draw."""
    known = [c for c in cells if c.value is not None]
    if not known:
        return None
    top = _nice(max(_top(c) for c in known), known[0].measure.is_rate)
    line = None
    if reference is not None and reference.value is not None:
        line = _percent(reference.value, top)
    bars = tuple(_bar(cell, top) for cell in cells if cell.n != 0)
    return Chart(bars, line, words.figure(known[0].measure, top).replace(".0%", "%"))


def _bar(cell: Cell, top: float) -> Bar:
    name = words.short(cell.group)
    if cell.value is None:
        return Bar(name, "hidden" if cell.status == "suppressed" else "cannot be told")
    low, high = _percent(cell.low or 0.0, top), _percent(_top(cell), top)
    return Bar(name, words.figure(cell.measure, cell.value), _percent(cell.value, top), low, high)


def _top(cell: Cell) -> float:
    return cell.high if cell.high is not None else (cell.value or 0.0)


def _nice(highest: float, share: bool) -> float:
    """The round number at or above ``highest`` that the axis ends at."""
    if share:
        return next((s for s in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= s), 1.0)
    step = 1.0
    while step * 10 < highest:
        step *= 10
    return next(step * m for m in (1, 2, 3, 5, 10) if highest <= step * m)


def _percent(value: float, top: float) -> float:
    # A little room at both ends, so that a dot at the edge is drawn whole.
    return round(2 + 96 * min(1.0, value / top), 2) if top else 2.0
