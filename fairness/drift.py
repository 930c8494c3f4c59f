"""What has changed since an earlier report: each figure against itself, corrected (Holm)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
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
    found = []
    for cell in cells:
        old = then.get(_key(cell.measure.name, cell.measure.of, cell.group, cell.within))
        if old is not None and _both(cell, old, rules):
            found.append(_drift(cell, old, rules))
    adjusted = holm([d.p for d in found])
    return tuple(
        replace(d, p_adjusted=p, changed=p <= rules.alpha)
        for d, p in zip(found, adjusted, strict=True)
    )


def _both(cell: Cell, old: Mapping[str, Any], rules: Rules) -> bool:
    known = cell.status == "estimated" and cell.k is not None and old["k"] is not None
    return bool(known and (cell.n or 0) >= rules.minimum and (old["n"] or 0) >= rules.minimum)


def _drift(cell: Cell, old: Mapping[str, Any], rules: Rules) -> Drift:
    n, k, value = float(old["n"]), float(old["k"]), cell.value or 0.0
    before = k / n
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


def _key(
    measure: str, of: str | None, group: Mapping[str, str], within: Mapping[str, str]
) -> tuple[Any, ...]:
    return measure, of, tuple(sorted(group.items())), tuple(sorted(within.items()))
