"""The audit's figures as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from fairness.audit import Report
from fairness.judge import Comparison
from fairness.records import Cell
from fairness.report import words

MOST_LINES = 150


def terminal_lines(report: Report) -> Iterator[str]:
    """Every family's figures, then the verdicts; long reports end in a pointer to the files."""
    lines = [*_figures(report)]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… {len(lines) - MOST_LINES} more lines are in the report."
    yield ""
    yield from _verdicts(report)


def _figures(report: Report) -> Iterator[str]:
    found = {_key(c.measure.key, c.within, c.group): c for c in report.comparisons}
    bases = {_key(c.measure.key, c.within, c.reference) for c in report.comparisons}
    last = None
    for cell in report.measures:
        if cell.measure.missing or cell.n == 0:
            continue
        head = (cell.measure.key, cell.by, tuple(cell.within.items()))
        if head != last and cell.by:
            inside = f", inside {words.label(cell.within)}" if cell.within else ""
            yield ""
            yield f"{cell.measure.title} by {' and '.join(cell.by)}{inside}"
        last = head
        if cell.by:
            key = _key(cell.measure.key, cell.within, cell.group)
            yield _line(cell, found.get(key), key in bases)
    for measure in report.asked:
        if measure.missing:
            yield ""
            yield f"{measure.title}: cannot be told: {measure.missing}."


def _line(cell: Cell, comparison: Comparison | None, is_reference: bool) -> str:
    name = f"  {words.short(cell.group):<24}"
    if cell.value is None:
        return f"{name} {cell.reason}"
    counts = f"{words.count(cell.k)}/" if cell.k is not None else ""
    counts += words.count(cell.n)
    share = cell.measure.is_rate
    value = f"{cell.value:.4f}" if share else words.figure(cell.measure, cell.value)
    figures = f"{name} {counts:>13}  {value:>9}  ({words.interval(cell)})"
    if is_reference:
        return f"{figures}  reference"
    if comparison is None:
        return figures
    ratio = f"  ratio {comparison.ratio:.4f}" if comparison.ratio is not None else ""
    p = f"  p {words.p_value(comparison.p)}" if comparison.p is not None else ""
    adjusted = (
        f" (corrected {words.p_value(comparison.p_adjusted)})"
        if comparison.p_adjusted is not None
        else ""
    )
    return f"{figures}{ratio}{p}{adjusted}  {words.VERDICTS[comparison.verdict].lower()}"


def _verdicts(report: Report) -> Iterator[str]:
    for verdict, name in words.VERDICTS.items():
        yield f"{name}: {sum(c.verdict == verdict for c in report.comparisons)}"
    within = " and ".join(report.provenance["within"])
    for row in report.simpson:
        if row.measure.judged and row.finding != "holds":
            yield f"Simpson check. {words.simpson_finding(row, within)}"


def _key(measure: str, within: object, group: object) -> tuple[object, ...]:
    return measure, tuple(dict(within).items()), tuple(dict(group).items())  # type: ignore[call-overload]
