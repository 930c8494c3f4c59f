"""The council's published weights of harms, from a versioned YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from fairness.errors import AuditError

WEIGHTS = Path(__file__).parent / "harm_weights.yml"
HARMS = (
    "false_digital_rate", "denied_choice_rate", "abandonment_rate",
    "handoff_wait_over_target_rate", "misunderstanding_rate", "needless_escalation_rate",
    "fallback_rate", "recontact_rate",
)  # fmt: skip
"""Measures that say of one conversation whether a harm happened."""


class WeightsWrong(AuditError):
    """The weights of harms cannot be used. See fairness/harm_weights.yml for their form."""


@dataclass(frozen=True)
class HarmWeights:
    """``weights``: measure → how much one such harm weighs, over 0."""

    version: str
    weights: Mapping[str, float]


def read_weights(path: Path = WEIGHTS) -> HarmWeights:
    """The weights in ``path``. Raises WeightsWrong with what is wrong and what may stand there."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        version, given = str(data["version"]), dict(data["weights"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsWrong(f"{path}: {error!r}. See {WEIGHTS.name} for its form.") from None
    for name, weight in given.items():
        if name not in HARMS:
            raise WeightsWrong(f"{path}: {name!r} is no harm. Use: {', '.join(HARMS)}.")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight > 0:
            raise WeightsWrong(f"{path}: {name} weighs {weight!r}. Give a number over 0.")
    if not given:
        raise WeightsWrong(f"{path}: no harm has a weight. Use: {', '.join(HARMS)}.")
    return HarmWeights(version, {name: float(weight) for name, weight in given.items()})
