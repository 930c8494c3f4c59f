"""A learned estimate of whether digital would serve, and what mitigation would change: off unless
asked for, and never used for routing.

It learns from conversations whose need people coded, sees no protected characteristic and none of
the groups that are compared, and is judged on conversations it did not learn from. Beside the
plain one stand two of fairlearn's: a reduction (fair in training, blind to groups in use) and
thresholds by group, which treat people by their group and so need legal advice before any use.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import ExponentiatedGradient, FalsePositiveRateParity
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from fairness.intervals import wilson
from fairness.records import NOT_RECORDED, TRUTH, WEIGHT, Rules, Units, key_column
from fairness.rounding import to_base
from fairness.tests_of_difference import SEED

INPUTS = (
    "service", "medium", "asked_channel", "fallback", "misunderstood", "answer_not_taken",
)  # fmt: skip
"""What it may see: what is known of the need and of the conversation, never of the person."""
FEWEST = 100
FEWEST_OF_EITHER = 20
MOST = 20_000
"""Conversations looked at, drawn at random where there are more."""
FOLDS = 5
Predict = Callable[[pd.DataFrame, pd.Series], np.ndarray]


def input_column(name: str) -> str:
    """Where ``Units.frame`` keeps the input ``name``."""
    return f"input:{name}"


@dataclass(frozen=True)
class Rate:
    """How one variant would do for one group. ``harm``: false_digital or needless_escalation."""

    variant: str
    column: str
    group: str
    harm: str
    n: int
    k: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Estimate:
    """``rates`` of every variant, or ``reason`` why there are none. ``seen``: its inputs."""

    rates: tuple[Rate, ...] = ()
    seen: tuple[str, ...] = ()
    conversations: int = 0
    reason: str = ""


VARIANTS: Mapping[str, str] = {
    "plain": "Logistic regression alone",
    "reduction": "fairlearn's exponentiated gradient, false digital alike",
    "thresholds": "fairlearn's thresholds by group, false digital alike",
}


def estimate(units: Units, rules: Rules) -> Estimate | None:
    """Every variant, for each column of groups; None where it was not asked for."""
    seen = tuple(n for n in INPUTS if input_column(n) in units.frame)
    if not seen:
        return None
    frame = _people(units)
    digital = frame[f"{TRUTH}:digital"] if f"{TRUTH}:digital" in frame else pd.Series(dtype=float)
    if len(frame) < FEWEST or min(digital.sum(), (1 - digital).sum()) < FEWEST_OF_EITHER:
        return Estimate(
            seen=seen, conversations=len(frame),
            reason=f"it takes at least {FEWEST} conversations whose need people coded, "
            f"{FEWEST_OF_EITHER} of either kind",
        )  # fmt: skip
    rates: list[Rate] = []
    with threadpool_limits(1):  # the sums are small: threads would only wait for each other
        for column in units.groups:
            rates += _column(frame, digital.astype(int), column, seen, rules)
    return Estimate(tuple(rates), seen, len(frame))


def _people(units: Units) -> pd.DataFrame:
    """One row a conversation whose need is known; where there are too many, some at random."""
    truth = f"{TRUTH}:digital"
    if truth not in units.frame:
        return pd.DataFrame()
    known = units.frame[units.frame[truth].notna()]
    rows = known.loc[known.index.repeat(known[WEIGHT].round().astype(int))].reset_index(drop=True)
    return rows if len(rows) <= MOST else rows.sample(MOST, random_state=SEED, ignore_index=True)


def _column(
    frame: pd.DataFrame, digital: pd.Series[int], column: str, seen: Sequence[str], rules: Rules
) -> list[Rate]:
    group = frame[key_column(column)].astype(str)
    kept = ~group.str.startswith(NOT_RECORDED)
    frame = frame[kept].reset_index(drop=True)
    digital, group = digital[kept].reset_index(drop=True), group[kept].reset_index(drop=True)
    features = pd.get_dummies(frame[[input_column(n) for n in seen if n != column]].astype(str))
    found: list[Rate] = []
    for variant in VARIANTS:
        said = _cross_fitted(variant, features.astype(float), digital, group)
        if said is not None:
            found += _rates(variant, column, group, digital, said, rules)
    return found


def _cross_fitted(
    variant: str, features: pd.DataFrame, digital: pd.Series[int], group: pd.Series[str]
) -> np.ndarray | None:
    """What each conversation is predicted by a model that did not see it; None where a variant
    cannot be fitted, as a group with one kind of need only."""
    said = np.zeros(len(features))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for learn, judge in folds.split(features, digital):
        rows = features.iloc[learn], digital.iloc[learn], group.iloc[learn]
        if rows[1].groupby(rows[2]).nunique().min() < 2 or set(group) - set(rows[2]):
            return None
        said[judge] = _fitted(variant, *rows)(features.iloc[judge], group.iloc[judge])
    return said


def _fitted(
    variant: str, features: pd.DataFrame, digital: pd.Series[int], group: pd.Series[str]
) -> Predict:
    plain = LogisticRegression(max_iter=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both libraries warn of each other's coming changes
        if variant == "reduction":
            reduced = ExponentiatedGradient(plain, FalsePositiveRateParity())
            reduced.fit(features, digital, sensitive_features=group)
            return lambda x, _: np.asarray(reduced.predict(x, random_state=SEED))
        if variant == "thresholds":
            cut = ThresholdOptimizer(
                estimator=plain, constraints="false_positive_rate_parity",
                predict_method="predict_proba",
            )  # fmt: skip
            cut.fit(features, digital, sensitive_features=group)
            return lambda x, g: np.asarray(cut.predict(x, sensitive_features=g, random_state=SEED))
        plain.fit(features, digital)
        return lambda x, _: np.asarray(plain.predict(x))


def _rates(
    variant: str, column: str, group: pd.Series[str], digital: pd.Series[int],
    said: np.ndarray, rules: Rules,
) -> list[Rate]:  # fmt: skip
    """Each group's two harms: sent to digital without that being their need, and the reverse."""
    found = []
    for name in sorted(set(group)):
        mine = (group == name).to_numpy()
        for harm, need, sent in (("false_digital", 0, 1), ("needless_escalation", 1, 0)):
            holds = mine & (digital.to_numpy() == need)
            n, k = int(holds.sum()), int((said[holds] == sent).sum())
            found.append(_rate(Rate(variant, column, name, harm, n), k, rules))
    return found


def _rate(blank: Rate, k: int, rules: Rules) -> Rate:
    n = blank.n
    if rules.threshold and n < rules.threshold:
        return replace(blank, n=0)
    if rules.threshold and rules.rounding > 1:
        n, k = to_base(n, rules.rounding), to_base(k, rules.rounding)
    if not n:
        return blank
    low, high = wilson(min(k, n), n, rules.confidence)
    return replace(blank, n=n, k=min(k, n), value=min(k, n) / n, low=low, high=high)


def widest_gap(found: Estimate, variant: str, column: str, harm: str) -> float | None:
    """The largest difference between two groups' rates."""
    held = [
        r.value for r in found.rates
        if (r.variant, r.column, r.harm) == (variant, column, harm) and r.value is not None
    ]  # fmt: skip
    return max(held) - min(held) if len(held) > 1 else None


def as_lines(found: Estimate) -> list[dict[str, Any]]:
    """For report.json."""
    return [dict(vars(r)) for r in found.rates]
