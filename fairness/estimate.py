"""A learned estimate of whether digital would serve, and what mitigation would change: off unless
asked for, and never used for routing.

It learns from conversations whose need people coded, sees no protected characteristic and none of
the groups that are compared, and is judged on conversations it did not learn from. Beside the
plain one stand two of fairlearn's: a reduction (fair in training, blind to groups in use) and
thresholds by group, which treat people by their group and so need legal advice before any use.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import ExponentiatedGradient, FalsePositiveRateParity
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from fairness.disclosure import Place, hidden_places
from fairness.intervals import wilson
from fairness.records import NOT_RECORDED, TRUTH, WEIGHT, Cell, Rules, Units, key_column
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
LINKED = (
    "false_digital_rate", "needless_escalation_rate", "true_positive_rate", "false_positive_rate",
)  # fmt: skip
"""Measures that count those who need digital, or those who do not: as these rates do."""
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


def estimate(units: Units, rules: Rules, cells: Sequence[Cell] = ()) -> Estimate | None:
    """Every variant, for each column of groups; None where it was not asked for. A group that
    is hidden in a measure of need among ``cells`` is hidden here: they count the same people."""
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
            elsewhere = _hidden_in(cells, column)
            rates += _column(frame, digital.astype(int), column, seen, rules, elsewhere)
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
    frame: pd.DataFrame, digital: pd.Series[int], column: str, seen: Sequence[str], rules: Rules,
    elsewhere: Collection[Place],
) -> list[Rate]:  # fmt: skip
    group = frame[key_column(column)].astype(str)
    kept = ~group.str.startswith(NOT_RECORDED)
    frame = frame[kept].reset_index(drop=True)
    digital, group = digital[kept].reset_index(drop=True), group[kept].reset_index(drop=True)
    features = pd.get_dummies(frame[[input_column(n) for n in seen if n != column]].astype(str))
    hidden = _hidden(group, digital, column, rules, elsewhere)
    found: list[Rate] = []
    for variant in VARIANTS:
        said = _cross_fitted(variant, features.astype(float), digital, group)
        if said is not None:
            found += _rates(variant, column, group, digital, said, rules, hidden)
    return found


def _hidden_in(cells: Sequence[Cell], column: str) -> frozenset[Place]:
    """Each group of ``column`` of which a measure of need is hidden, for either kind of need."""
    return frozenset(
        _at(column, c.group[column], need)
        for c in cells
        if c.status == "suppressed" and c.by == (column,) and not c.within
        and c.measure.name in LINKED
        for need in (0, 1)
    )  # fmt: skip


def _hidden(
    group: pd.Series[str], digital: pd.Series[int], column: str, rules: Rules,
    elsewhere: Collection[Place],
) -> frozenset[Place]:  # fmt: skip
    """Groups too few of whom have one kind of need, and enough others that none can be worked
    out from the sums."""
    if not rules.threshold:
        return frozenset()
    sizes: dict[Place, float] = {_at(): float(len(group))}
    for need in (0, 1):
        sizes[_at(need=need)] = float((digital == need).sum())
    for name in sorted(set(group)):
        sizes[_at(column, name)] = float((group == name).sum())
        for need in (0, 1):
            sizes[_at(column, name, need)] = float(((group == name) & (digital == need)).sum())
    return hidden_places(sizes, rules.threshold, elsewhere)


def _at(column: str = "", name: str = "", need: int | None = None) -> Place:
    """Where a number stands. The space keeps apart a column that is itself called need."""
    who = {(f"group {column}", name)} if column else set()
    return frozenset(who | ({("need", str(need))} if need is not None else set()))


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
    said: np.ndarray, rules: Rules, hidden: Collection[Place],
) -> list[Rate]:  # fmt: skip
    """Each group's two harms: sent to digital without that being their need, and the reverse."""
    found = []
    for name in sorted(set(group)):
        mine = (group == name).to_numpy()
        for harm, need, sent in (("false_digital", 0, 1), ("needless_escalation", 1, 0)):
            holds = mine & (digital.to_numpy() == need)
            n, k = int(holds.sum()), int((said[holds] == sent).sum())
            blank = Rate(variant, column, name, harm, n)
            secret = _at(column, name, need) in hidden
            found.append(replace(blank, n=0) if secret else _rate(blank, k, rules))
    return found


def _rate(blank: Rate, k: int, rules: Rules) -> Rate:
    n = blank.n
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
