"""From what, how and when a report was made, so that another person can make it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fairness.harm import counted
from fairness.records import WEIGHT, Rules, Units
from fairness.tests_of_difference import PERMUTATIONS, SEED


def provenance(
    units: Units, rules: Rules, *, made_at: datetime, command: str, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The ``provenance`` object of report.json, all but the hash of the findings."""
    source = units.source
    return {
        "made_at": made_at.isoformat(timespec="seconds"),
        "command": command,
        "source": {
            "kind": source.kind,
            "name": source.name,
            "rows": source.rows,
            "sha256": source.sha256,
        },
        "window": {"from": source.window[0], "to": source.window[1]},
        "model_versions": list(source.model_versions),
        "policy_versions": list(source.policy_versions),
        "unit": units.unit,
        "units": _whole(float(units.frame[WEIGHT].sum())),
        "weights": units.weights,
        "groups": list(units.groups),
        "within": list(units.within),
        "missing": dict(units.missing),
        "notes": [*units.notes, *notes],
        "settings": _settings(rules),
        **_harm(units, rules),
        "definitions": [
            {
                "measure": m.name,
                "of": m.of,
                "title": m.title,
                "definition": m.definition,
                "worse": m.worse,
                "judged": m.judged,
            }
            for m in units.measures
        ],
        "software": {name: _version(name) for name in ("fairway", "fairlearn", "scipy", "pandas")},
    }


def _harm(units: Units, rules: Rules) -> dict[str, Any]:
    if rules.harm is None or units.unit != "conversation":
        return {}
    names = counted(units, rules.harm)
    weights = rules.harm.weights
    return {
        "harm_weights": {
            "version": rules.harm.version,
            "counted": {name: weights[name] for name in names},
            "not_counted": [name for name in weights if name not in names],
        }
    }


def _settings(rules: Rules) -> dict[str, Any]:
    return {
        "confidence": rules.confidence,
        "alpha": rules.alpha,
        "power": rules.power,
        "minimum_to_judge": rules.minimum,
        "disclosure_threshold": rules.threshold,
        "depth": rules.depth,
        "references": dict(rules.references),
        "intervals": "Wilson; Newcombe for differences; order statistics for quantiles",
        "tests": "all groups first (Holm over the report), then pairs (Holm within the family)",
        "permutations": PERMUTATIONS + 1,
        "seed": SEED,
        "differential_fairness_alpha": 1.0,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"


def _whole(value: float) -> float:
    return round(value) if value == round(value) else value
