"""report.json: flat lists that any tool can read. Its shape is published in schema.json."""

from __future__ import annotations

import hashlib
import json
from math import isfinite
from pathlib import Path
from typing import Any

from fairness.audit import Report
from fairness.drift import Drift
from fairness.estimate import as_lines
from fairness.judge import Comparison, Omnibus
from fairness.records import Cell
from fairness.report import words
from fairness.report.extras import score_json
from fairness.simpson import Simpson
from fairness.summary import Figure

SCHEMA = Path(__file__).parent / "schema.json"
SCHEMA_VERSION = "2.2"


def as_json(report: Report) -> dict[str, Any]:
    """``report`` as the JSON object of schema.json, with the hash of its findings."""
    findings: dict[str, Any] = {
        "measures": [_measure(c) for c in report.measures],
        "comparisons": [_comparison(c) for c in report.comparisons],
        "omnibus": [_omnibus(o) for o in report.omnibus],
        "summary": [_figure(f) for f in report.summary],
        "simpson": [_simpson(s) for s in report.simpson],
        "harm": [score_json(s, _harms(report)) for s in report.harm],
        "baseline": [score_json(s, ("assistant", "people")) for s in report.baseline],
    }
    canonical = json.dumps(findings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return {
        "schema_version": SCHEMA_VERSION,
        "title": report.title,
        "synthetic": report.synthetic,
        **findings,
        "estimate": as_lines(report.estimate) if report.estimate else [],
        # Not in the hash: the same data and settings find the same, whatever came before.
        "drift": [_drift(d) for d in report.drift],
        "provenance": {**report.provenance, "findings_sha256": digest},
    }


def _harms(report: Report) -> tuple[str, ...]:
    return tuple((report.provenance.get("harm_weights") or {}).get("counted", ()))


def _measure(cell: Cell) -> dict[str, Any]:
    return {
        "measure": cell.measure.name,
        "of": cell.measure.of,
        "group": dict(cell.group),
        "within": dict(cell.within),
        "n": cell.n,
        "k": cell.k,
        "value": _number(cell.value),
        "low": _number(cell.low),
        "high": _number(cell.high),
        "resampled_low": _number(cell.resampled[0]) if cell.resampled else None,
        "resampled_high": _number(cell.resampled[1]) if cell.resampled else None,
        "status": cell.status,
        "reason": cell.reason,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "measure": found.measure.name,
        "of": found.measure.of,
        "group": dict(found.group),
        "reference": dict(found.reference),
        "within": dict(found.within),
        "difference": _number(found.difference),
        "ratio": _number(found.ratio),
        "low": _number(found.low),
        "high": _number(found.high),
        "p": _number(found.p),
        "p_adjusted": _number(found.p_adjusted),
        "test": found.test,
        "verdict": words.VERDICT_WORDS[found.verdict],
        "verdict_text": words.verdict_text(found),
        "direction": found.direction,
        "detectable": _number(found.detectable),
        "bound_low": _number(found.bound_low),
        "bound_high": _number(found.bound_high),
        "reason": found.reason,
    }


def _omnibus(test: Omnibus) -> dict[str, Any]:
    return {
        "measure": test.measure.name,
        "of": test.measure.of,
        "by": list(test.by),
        "within": dict(test.within),
        "groups": test.groups,
        "p": _number(test.p),
        "p_adjusted": _number(test.p_adjusted),
        "method": test.method,
        "statistic": _number(test.statistic),
        "degrees": test.degrees,
        "reason": test.reason,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "measure": figure.measure,
        "of": figure.of,
        "by": list(figure.by),
        "within": dict(figure.within),
        "group": None if figure.group is None else dict(figure.group),
        "value": _number(figure.value),
        "low": _number(figure.low),
        "high": _number(figure.high),
        "reason": figure.reason,
    }


def _simpson(row: Simpson) -> dict[str, Any]:
    return {
        "measure": row.measure.name,
        "of": row.measure.of,
        "group": dict(row.group),
        "reference": dict(row.reference),
        "pooled": row.pooled,
        "conditional": row.conditional,
        "strata_above": row.above,
        "strata_below": row.below,
        "finding": row.finding,
    }


def _drift(row: Drift) -> dict[str, Any]:
    return {
        "measure": row.measure.name,
        "of": row.measure.of,
        "group": dict(row.group),
        "within": dict(row.within),
        "before": row.before,
        "now": row.now,
        "difference": row.difference,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "p_adjusted": row.p_adjusted,
        "changed": row.changed,
        "direction": row.direction,
    }


def _number(value: float | None) -> float | None:
    """JSON has no infinity: what is unbounded is null."""
    return value if value is not None and isfinite(value) else None
