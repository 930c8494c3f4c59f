"""report.pdf: the same figures, tagged for screen readers (PDF/UA-1), made by Typst.

Typst refuses to write a file that breaks the standard's machine-checkable rules: a picture
without alternative text, a heading out of order, a document without a title or a language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from fairness.audit import Report
from fairness.report import words
from fairness.report.as_html import (
    MOST_FINDINGS,
    Block,
    Row,
    Section,
    count_verdicts,
    findings_of,
    sections_of,
    simpson_of,
    untold_of,
)
from fairness.report.drift_words import drift_lines
from fairness.report.extras import extra_findings, extras_of

TEMPLATE = Path(__file__).parent / "report.typ"
MOST_CROSSED = 40
"""Tables of crossed groups in one PDF, those with evidence first; report.html has them all."""
_WORDS = {
    "synthetic": "Synthetic data. No figure here speaks of real people.",
    "short": "In short: who may be served worse",
    "comparisons": "Comparisons",
    "verdict": "What can be said",
    "evidence": "Evidence of disparity",
    "more": "more are in the tables.",
    "nothing": "No comparison gives evidence of disparity. That does not show that there is none: "
    "see what this report was able to detect.",
    "simpson": "Does it hold inside the strata? (Simpson check)",
    "drift": "What has changed since the earlier report",
    "untold": "What cannot be told",
    "caution": "A gap is a reason to look, not a proof of cause. “No evidence found” means just "
    "that: no report can show that a service treats everyone alike.",
    "summary": "Summary figures",
    "provenance": "Where this comes from",
}


def as_pdf(report: Report, document: Mapping[str, Any]) -> bytes:
    """The whole report. ``document`` is ``as_json``'s object of the same report."""
    data = json.dumps(_view(report, document["provenance"]), ensure_ascii=False)
    made_at = datetime.fromisoformat(document["provenance"]["made_at"])
    written: bytes = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", pdf_standards="ua-1", sys_inputs={"data": data},
        ignore_system_fonts=True, timestamp=int(made_at.timestamp()),
    )  # fmt: skip
    return written


def _view(report: Report, history: Mapping[str, Any]) -> dict[str, Any]:
    counts = count_verdicts(report)
    sections = sections_of(report)
    crossed = _crossed(sections)
    shown = findings_of(report)
    window = history["window"]
    dates = f", from {window['from'][:10]} to {window['to'][:10]}" if window["from"] else ""
    units = "conversations" if history["unit"] == "conversation" else "units"
    return {
        "title": report.title,
        "lang": "en",
        "synthetic": report.synthetic,
        "words": _WORDS,
        "about": f"{words.count(history['units'])} {units}{dates}. "
        f"Groups: {', '.join(history['groups'])}. Made {history['made_at'][:10]}.",
        "tally": [{"count": n, "name": words.VERDICTS[v]} for v, n in counts.items()],
        "findings": [
            *({"text": f.text, "advice": f"What to do: {f.advice}"} for f in shown),
            *({"text": text, "advice": ""} for text in extra_findings(report)),
        ],
        "more": max(0, counts["evidence_of_disparity"] - MOST_FINDINGS),
        "simpson": [f.text for f in simpson_of(report)],
        "drift": list(drift_lines(report)),
        "untold": list(untold_of(report)),
        "sections": [_section(s, crossed) for s in sections],
        "columns": ["Group", "Counted", "Figure", "Interval", "Difference", "p", "Verdict"],
        "extras": [
            {"title": e.title, "intro": e.intro, "columns": e.columns, "rows": e.rows}
            for e in extras_of(report, history)
        ],
        "summary": [_summary(f) for f in report.summary],
        "summary_columns": ["Figure", "By", "Group or stratum", "Value", "Interval"],
        "provenance": _provenance(history),
    }


def _crossed(sections: Sequence[Section]) -> set[int]:
    """Which tables of crossed groups are printed: those with evidence, then as many as fit."""
    held = [b for s in sections for b in s.blocks if len(b.by) > 1]
    held.sort(key=lambda b: not _evidence(b))
    return {id(block) for block in held[:MOST_CROSSED]}


def _evidence(block: Block) -> bool:
    found = (row.comparison for row in block.rows)
    return any(c is not None and c.verdict == "evidence_of_disparity" for c in found)


def _section(section: Section, crossed: set[int]) -> dict[str, Any]:
    measure = section.measure
    definition = measure.definition
    if measure.missing:
        definition += f" Cannot be told: {measure.missing}."
    blocks = [b for b in section.blocks if len(b.by) == 1 or id(b) in crossed]
    if len(blocks) < len(section.blocks):
        definition += " Further crossed groups are in report.html and the tables."
    return {
        "title": measure.title,
        "definition": definition,
        "blocks": [_block(section, b) for b in blocks],
    }


def _block(section: Section, block: Block) -> dict[str, Any]:
    drawn = block.chart
    return {
        "heading": block.heading,
        "caption": f"{section.measure.title}, {block.phrase}",
        "alt": f"Chart of the figures in the next table: {section.measure.title}, {block.phrase}.",
        "bars": [vars(bar) for bar in drawn.bars] if drawn else [],
        "line": drawn.line if drawn else None,
        "axis": f"From 0 to {drawn.ends}. Dot: the figure. Bar: its interval." if drawn else "",
        "rows": [_row(section, row) for row in block.rows],
    }


def _row(section: Section, row: Row) -> list[str]:
    measure, found = section.measure, row.comparison
    verdict = "Reference" if row.is_reference else row.cell.reason
    if found:
        verdict = words.verdict_text(found)
        verdict += f". {found.reason}" if found.reason else ""
    return [
        words.short(row.cell.group),
        words.count(row.cell.n),
        words.figure(measure, row.cell.value),
        words.interval(row.cell),
        words.gap(measure, found.difference) if found else "–",
        words.p_value(found.p_adjusted) if found else "–",
        verdict,
    ]


def _summary(figure: Any) -> list[str]:
    place = words.short(figure.group) if figure.group else words.label(figure.within)
    between = f"{figure.low:.4f} to {figure.high:.4f}" if figure.low is not None else "–"
    name = words.SUMMARY_NAMES[figure.name]
    return [
        f"{name}, {figure.of}" if figure.of else name,
        " / ".join(figure.by),
        place,
        "–" if figure.value is None else f"{figure.value:.4f}",
        between,
    ]


def _provenance(history: Mapping[str, Any]) -> list[dict[str, Any]]:
    source = history["source"]
    rows = words.count(source["rows"])
    named = (
        ("Data", f"{source['name']} ({source['kind']}, {rows} rows)", False),
        ("SHA-256 of the data", source["sha256"], True),
        ("SHA-256 of the findings", history["findings_sha256"], True),
        ("Model versions", ", ".join(history["model_versions"]) or "none recorded", False),
        ("Policy versions", ", ".join(history["policy_versions"]) or "none recorded", False),
        ("Made again with", history["command"], True),
        ("Software", ", ".join(f"{n} {v}" for n, v in history["software"].items()), False),
    )
    return [{"name": n, "value": v, "code": code} for n, v, code in named]
