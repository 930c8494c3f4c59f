"""report.cy.html: the first page in Welsh, from the same findings; the tables stay in one place.

The words are in welsh.yml, for translators.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fairness.audit import Report
from fairness.judge import Comparison
from fairness.records import Cell
from fairness.report import words
from fairness.report.as_html import MOST_FINDINGS, count_verdicts
from fairness.report.style import page_css

FOLDER = Path(__file__).parent
WORDS = FOLDER / "welsh.yml"


def as_welsh(report: Report, document: Mapping[str, Any]) -> str:
    """The page. ``document`` is ``as_json``'s object of the same report."""
    said = yaml.safe_load(WORDS.read_text("utf-8"))
    history = document["provenance"]
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.cy.html.j2").render(
        said=said,
        css=page_css(),
        synthetic=report.synthetic,
        about=said["about"].format(
            units=words.count(history["units"]), unit=said["units"][history["unit"]],
            groups=", ".join(history["groups"]), made=history["made_at"][:10],
        ),
        tally=[(n, said["verdicts"][verdict]) for verdict, n in count_verdicts(report).items()],
        findings=_findings(report, said),
        digest=history["findings_sha256"],
    )  # fmt: skip


def _findings(report: Report, said: Mapping[str, Any]) -> list[str]:
    """The surest first, as on the English page."""
    sure = [c for c in report.comparisons if c.verdict == "evidence_of_disparity"]
    sure.sort(key=lambda c: (len(c.within), len(c.by), c.p_adjusted or 0.0))
    at = {(c.measure.key, _names(c.within), _names(c.group)): c for c in report.measures}
    lines = []
    for found in sure[:MOST_FINDINGS]:
        where = found.measure.key, _names(found.within)
        cells = at[(*where, _names(found.group))], at[(*where, _names(found.reference))]
        lines.append(_finding(found, *cells, said))
    return lines


def _finding(found: Comparison, cell: Cell, base: Cell, said: Mapping[str, Any]) -> str:
    share = found.measure.is_rate
    inside = said["inside"].format(where=words.label(found.within)) if found.within else ""
    name = said["measures"][found.measure.name]
    line: str = said["finding" if share else "finding_other"].format(
        measure=f"{name} ({found.measure.of})" if found.measure.of else name,
        value=words.figure(found.measure, cell.value),
        base=words.figure(found.measure, base.value),
        group=words.label(found.group) if found.group else said["everyone"],
        reference=words.label(found.reference),
        gap=f"{100 * (found.difference or 0.0):+.1f}",
        p=words.p_value(found.p_adjusted),
    )
    return inside + line


def _names(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(names.items())
