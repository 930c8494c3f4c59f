"""report.html: one file that needs nothing else, opens with plain words and works on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fairness.audit import Report
from fairness.judge import Comparison, Omnibus
from fairness.records import Cell, Measure
from fairness.report import words
from fairness.report.chart import Chart, chart
from fairness.report.drift_words import drift_lines
from fairness.report.extras import extra_findings, extras_of
from fairness.report.style import page_css

FOLDER = Path(__file__).parent
MOST_FINDINGS = 15
MOST_OPEN = 12


@dataclass(frozen=True)
class Row:
    """One line of a table: a group, and what comparing it found."""

    cell: Cell
    comparison: Comparison | None
    is_reference: bool


@dataclass(frozen=True)
class Block:
    """All groups of one grouping, in one stratum: a chart and a table."""

    by: tuple[str, ...]
    within: Mapping[str, str]
    reference: Mapping[str, str] | None
    rows: tuple[Row, ...]
    omnibus: Omnibus | None
    chart: Chart | None

    @property
    def heading(self) -> str:
        """``By Gender and Dept``, ``By Gender, inside Dept A``."""
        inside = f", inside {words.label(self.within)}" if self.within else ""
        return f"By {' and '.join(self.by)}{inside}"

    @property
    def phrase(self) -> str:
        """The heading inside a sentence: only its first letter is small."""
        return f"b{self.heading[1:]}"


@dataclass(frozen=True)
class Section:
    """One measure: the figure for everyone, then a block a grouping."""

    measure: Measure
    everyone: Cell
    blocks: tuple[Block, ...]

    @property
    def folded(self) -> bool:
        """Whether so many blocks that crossed and stratified ones start closed."""
        return len(self.blocks) > MOST_OPEN


@dataclass(frozen=True)
class Finding:
    """A sentence of the first page, and what to do about it."""

    text: str
    advice: str


def as_html(report: Report, document: Mapping[str, Any]) -> str:
    """The whole page. ``document`` is ``as_json``'s object of the same report."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["words"] = words
    sections = sections_of(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        provenance=document["provenance"],
        css=page_css(),
        sections=sections,
        findings=findings_of(report),
        more=max(0, _count(report, "evidence_of_disparity") - MOST_FINDINGS),
        simpson=simpson_of(report),
        verdicts=count_verdicts(report),
        drift=drift_lines(report),
        quiet=_quiet(report),
        untold=untold_of(report),
        extras=extras_of(report, document["provenance"]),
        extra_findings=extra_findings(report),
    )


def count_verdicts(report: Report) -> dict[str, int]:
    """How many comparisons got each verdict."""
    return {verdict: _count(report, verdict) for verdict in words.VERDICTS}


Key = tuple[Any, ...]


@dataclass(frozen=True)
class Index:
    """What a report holds, by measure and by place: looked up many thousand times."""

    cells: Mapping[str, Sequence[Cell]]
    found: Mapping[Key, Sequence[Comparison]]
    omnibus: Mapping[Key, Omnibus]


def sections_of(report: Report) -> tuple[Section, ...]:
    """Every measure with its groupings, in the order asked for."""
    index = _index(report)
    return tuple(_section(index, measure) for measure in report.asked)


def _index(report: Report) -> Index:
    cells: dict[str, list[Cell]] = {m.key: [] for m in report.asked}
    found: dict[Key, list[Comparison]] = {}
    for cell in report.measures:
        cells[cell.measure.key].append(cell)
    for one in report.comparisons:
        found.setdefault(_family(one), []).append(one)
    return Index(cells, found, {_family(o): o for o in report.omnibus})


def _family(one: Comparison | Omnibus | Cell) -> Key:
    return one.measure.key, one.by, tuple(one.within.items())


def _section(index: Index, measure: Measure) -> Section:
    cells = index.cells[measure.key]
    everyone = next(c for c in cells if not c.by and not c.within)
    families: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in cells:
        if cell.by:
            families.setdefault((tuple(cell.within.items()), cell.by), []).append(cell)
    drawn = [] if measure.missing else families.values()
    blocks = tuple(_block(index, family) for family in drawn if any(c.n != 0 for c in family))
    return Section(measure, everyone, blocks)


def _block(index: Index, cells: Sequence[Cell]) -> Block:
    first = cells[0]
    found = index.found.get(_family(first), ())
    of_group = {tuple(c.group.items()): c for c in found}
    reference = found[0].reference if found else None
    rows = [
        Row(cell, of_group.get(tuple(cell.group.items())), cell.group == reference)
        for cell in cells
        if len(cell.by) == 1 or cell.n != 0
    ]
    omnibus = index.omnibus.get(_family(first))
    base = next((row.cell for row in rows if row.is_reference), None)
    drawing = chart(cells, base)
    return Block(first.by, first.within, reference, tuple(rows), omnibus, drawing)


def findings_of(report: Report) -> tuple[Finding, ...]:
    """The surest first; pooled before stratified."""
    sure = [c for c in report.comparisons if c.verdict == "evidence_of_disparity"]
    sure.sort(key=lambda c: (len(c.within), len(c.by), c.p_adjusted or 0.0))
    at = {_place(c): c for c in report.measures}
    return tuple(
        Finding(words.finding(c, at[_group(c)], at[_base(c)]), c.measure.advice)
        for c in sure[:MOST_FINDINGS]
    )


def _quiet(report: Report) -> tuple[str, ...]:
    """Where nothing was found over all strata, and what could have been."""
    lines = []
    for c in report.comparisons:
        if c.verdict == "no_evidence_found" and not c.within:
            able = (
                f"able to detect a gap of {100 * c.detectable:.1f} points or more"
                if c.detectable is not None
                else "too few, or not a share, to say how small a gap would have been found"
            )
            lines.append(
                f"{c.measure.title}, {words.label(c.group)} against {words.label(c.reference)}: "
                f"{able}."
            )
    return tuple(lines)


def untold_of(report: Report) -> tuple[str, ...]:
    """What cannot be told, each reason once a measure, with how many comparisons it stops."""
    counted: dict[tuple[str, str], int] = {}
    for c in report.comparisons:
        if c.verdict == "not_estimable":
            key = (c.measure.title, c.reason)
            counted[key] = counted.get(key, 0) + 1
    lines = [
        f"{title}: {reason} ({number} {'comparison' if number == 1 else 'comparisons'})."
        for (title, reason), number in counted.items()
    ]
    silent = [m for m in report.asked if m.missing and not any(t == m.title for t, _ in counted)]
    return (*lines, *(f"{m.title}: {m.missing}." for m in silent))


def simpson_of(report: Report) -> tuple[Finding, ...]:
    """Where looking inside the strata changes the picture, first."""
    order = {"reversed": 0, "shrinks": 1, "grows": 2, "holds": 3}
    within = " and ".join(report.provenance["within"])
    rows = [r for r in report.simpson if r.measure.judged]
    rows.sort(key=lambda r: order[r.finding])
    return tuple(Finding(words.simpson_finding(r, within), r.finding) for r in rows)


def _count(report: Report, verdict: str) -> int:
    return sum(c.verdict == verdict for c in report.comparisons)


def _place(cell: Cell) -> tuple[Any, ...]:
    return cell.measure.key, tuple(cell.within.items()), tuple(cell.group.items())


def _group(c: Comparison) -> tuple[Any, ...]:
    return c.measure.key, tuple(c.within.items()), tuple(c.group.items())


def _base(c: Comparison) -> tuple[Any, ...]:
    return c.measure.key, tuple(c.within.items()), tuple(c.reference.items())
