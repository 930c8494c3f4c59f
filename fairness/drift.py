"""What has changed since an earlier report: each figure against itself, corrected (Holm)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

from fairness.errors import AuditError
from fairness.intervals import difference_interval, wilson
from fairness.records import Cell, Measure, Rules
from fairness.tests_of_difference import equality_test, holm


class EarlierReportWrong(AuditError):
    """The earlier report cannot be read. Name a report.json that `fairway audit` wrote."""


@dataclass(frozen=True)
class Drift:
    """One figure then and now. ``changed``: the corrected p is at most alpha."""

    measure: Measure
    group: Mapping[str, str]
    within: Mapping[str, str]
    before: float
    now: float
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float = 1.0
    changed: bool = False
    direction: str = ""


def read_earlier(path: Path) -> Mapping[str, Any]:
    """An earlier report.json. Raises EarlierReportWrong."""
    try:
        document = json.loads(path.read_text("utf-8"))
        document["measures"], document["provenance"]["findings_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise EarlierReportWrong(
            f"{path}: this is no report.json of an earlier audit. "
            "Name one that `fairway audit` wrote."
        ) from None
    return dict(document)


def drift(cells: Sequence[Cell], earlier: Mapping[str, Any], rules: Rules) -> tuple[Drift, ...]:
    """Every share that both reports show for at least ``rules.minimum`` on either side."""
    then = {_key(m["measure"], m["of"], m["group"], m["within"]): m for m in earlier["measures"]}
    settings = earlier["provenance"].get("settings", {})
    found = []
    for cell in cells:
        old = then.get(_key(cell.measure.name, cell.measure.of, cell.group, cell.within))
        if old is not None and _both(cell, old, rules):
            found.append(_drift(cell, old, rules, float(settings.get("confidence", 0.95))))
    adjusted = holm([d.p for d in found])
    return tuple(
        replace(d, p_adjusted=p, changed=p <= rules.alpha)
        for d, p in zip(found, adjusted, strict=True)
    )


def _both(cell: Cell, old: Mapping[str, Any], rules: Rules) -> bool:
    known = cell.status == "estimated" and cell.k is not None and old["k"] is not None
    return bool(known and cell.size >= rules.minimum and (old["n"] or 0) >= rules.minimum)


def _drift(cell: Cell, old: Mapping[str, Any], rules: Rules, confidence: float) -> Drift:
    value, before = cell.value or 0.0, float(old["k"]) / float(old["n"])
    n = _effective(old, before, confidence)
    k = before * n if n < float(old["n"]) else float(old["k"])
    now = (cell.low or 0.0, cell.high if cell.high is not None else 1.0)
    low, high = difference_interval(value, now, before, wilson(k, n, rules.confidence))
    chance = equality_test([value * cell.n_effective, k], [cell.n_effective, n])
    worse = cell.measure.worse
    side = "higher" if value > before else "lower"
    direction = "" if worse is None or value == before else ("better", "worse")[side == worse]
    return Drift(
        cell.measure, cell.group, cell.within, before, value, value - before, low, high,
        chance.p, direction=direction,
    )  # fmt: skip


def _effective(old: Mapping[str, Any], rate: float, confidence: float) -> float:
    """The sample of independent units that the earlier interval is of: under survey weights, with
    clusters and for incidences it is smaller than ``n``. Solves the width of Wilson's interval."""
    n = float(old["n"])
    if old.get("low") is None or old.get("high") is None:
        return n
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    width2 = (old["high"] - old["low"]) ** 2
    a, b, c = width2 - 1, 2 * width2 - 4 * rate * (1 - rate), width2
    if a >= 0 or not width2:
        return n
    root = (-b - sqrt(b * b - 4 * a * c)) / (2 * a)
    found = z * z / root
    return found if found < 0.999 * n else n


def _key(
    measure: str, of: str | None, group: Mapping[str, str], within: Mapping[str, str]
) -> tuple[Any, ...]:
    return measure, of, tuple(sorted(group.items())), tuple(sorted(within.items()))
