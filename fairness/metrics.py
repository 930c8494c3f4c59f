"""Every measure for every group. fairlearn's MetricFrame computes, our own counts check it.

Rows are first folded into counts, which go to fairlearn as sample weights: a table of
millions costs what its few distinct rows cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import inf, isclose, prod
from typing import Any

import numpy as np
import pandas as pd
from fairlearn import metrics as fairlearn

from fairness.errors import EnginesDisagree
from fairness.intervals import order_interval, quantile, wilson
from fairness.records import PICKED, TRUTH, WEIGHT, Cell, Measure, Units, key_column

ALL = "all units"
MOST_CELLS = 4000
"""Beyond this many, combinations that nobody belongs to are left out of the report."""

ENGINES: Mapping[str, Callable[..., float]] = {
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
}


def measure_cells(
    units: Units,
    measure: Measure,
    by: tuple[str, ...],
    within: tuple[str, ...],
    confidence: float = 0.95,
) -> tuple[Cell, ...]:
    """``measure`` for each group of ``by`` in each stratum of ``within``, in a fixed order.

    Groups the condition holds for nobody in come back ``not_estimable``, never 0.
    Raises EnginesDisagree if fairlearn and our own counts differ.
    """
    keys = [key_column(name) for name in (*within, *by)]
    found = _shares if measure.kind == "share" else _quantiles
    by_key = found(units, measure, keys or [ALL], confidence)
    cells = []
    for values in _combinations(units, keys, by_key):
        names = dict(zip((*within, *by), values, strict=False))
        place: dict[str, Any] = {
            "measure": measure,
            "by": by,
            "within": {name: names[name] for name in within},
            "group": {name: names[name] for name in by},
        }
        figures = by_key.get(values) or _nobody(measure)
        cells.append(Cell(**place, **figures))
    return tuple(cells)


def fold(units: Units, columns: Iterable[str], keys: list[str]) -> pd.DataFrame:
    """Distinct rows of ``keys`` and ``columns``, with the sum of weights and of their squares.

    Rows where one of ``columns`` is missing are left out: the condition does not hold there.
    """
    columns = list(dict.fromkeys(columns))
    frame = units.frame.assign(**{ALL: ""}) if ALL in keys else units.frame
    frame = frame[[*keys, *columns, WEIGHT]].dropna(subset=columns)
    frame = frame.assign(squared=frame[WEIGHT] ** 2)
    grouped = frame.groupby([*keys, *columns], sort=True, observed=True)
    return grouped[[WEIGHT, "squared"]].sum().reset_index()


def _nobody(measure: Measure) -> dict[str, Any]:
    reason = measure.missing or "nobody in this group meets the condition of this measure"
    blank = dict.fromkeys(("k", "value", "low", "high"))
    return {**blank, "n": 0, "status": "not_estimable", "reason": reason}


def _combinations(
    units: Units, keys: list[str], seen: Mapping[tuple[str, ...], Any]
) -> list[tuple[str, ...]]:
    """Every combination of levels, those nobody belongs to included while that stays readable."""
    if not keys:
        return [("",)]
    levels = [sorted(units.frame[key].astype(str).unique()) for key in keys]
    if prod(len(level) for level in levels) > MOST_CELLS:
        return sorted(seen)
    return list(product(*levels))


def _shares(
    units: Units, measure: Measure, keys: list[str], confidence: float
) -> dict[tuple[str, ...], dict[str, Any]]:
    folded = fold(units, [measure.column], keys)
    if folded.empty:
        return {}
    folded["events"] = folded[WEIGHT] * folded[measure.column]
    sums = folded.groupby(keys, sort=True, observed=True)[["events", WEIGHT, "squared"]].sum()
    rates = _fairlearn_rates(units, measure, keys)
    figures = {}
    for index, k, n, squared in sums.itertuples(name=None):
        values = index if isinstance(index, tuple) else (index,)
        value = rates[values]
        if not isclose(value, k / n, rel_tol=1e-9, abs_tol=1e-12):
            raise EnginesDisagree(f"{measure.key} for {values}: fairlearn {value}, counts {k / n}.")
        effective = n * n / squared if units.weights == "survey" else n
        low, high = wilson(min(value, 1.0) * effective, effective, confidence)
        figures[values] = {
            "n": _tidy(n), "k": _tidy(k), "value": value, "low": low, "high": high,
            "status": "estimated", "n_effective": float(effective),
        }  # fmt: skip
    return figures


def _fairlearn_rates(
    units: Units, measure: Measure, keys: list[str]
) -> dict[tuple[str, ...], float]:
    """The rates by MetricFrame: confusion-matrix rates need the truth, all others are shares."""
    engine = ENGINES.get(measure.name)
    truth, picked = (TRUTH, PICKED) if engine else (measure.column, measure.column)
    folded = fold(units, [truth, picked], keys)
    frame = fairlearn.MetricFrame(
        metrics=_positive_is_one(engine or fairlearn.selection_rate),
        y_true=folded[truth].to_numpy(),
        y_pred=folded[picked].to_numpy(),
        sensitive_features=folded[keys].astype(object),
        sample_params={"sample_weight": folded[WEIGHT].to_numpy(float)},
    )
    return {
        (index if isinstance(index, tuple) else (index,)): float(value)
        for index, value in frame.by_group.items()
    }


def _positive_is_one(engine: Callable[..., float]) -> Callable[..., float]:
    def rate(y_true: Any, y_pred: Any, sample_weight: Any) -> float:
        return engine(y_true, y_pred, pos_label=1.0, sample_weight=sample_weight)

    return rate


def _quantiles(
    units: Units, measure: Measure, keys: list[str], confidence: float
) -> dict[tuple[str, ...], dict[str, Any]]:
    frame = units.frame.assign(**{ALL: ""}) if ALL in keys else units.frame
    frame = frame[[*keys, measure.column]].dropna(subset=[measure.column])
    if frame.empty:
        return {}

    def by_fairlearn(_: Any, waits: Any) -> float:
        return quantile(np.sort(waits).tolist(), measure.quantile)

    values = frame[measure.column].to_numpy(float)
    estimates = fairlearn.MetricFrame(
        metrics=by_fairlearn, y_true=values, y_pred=values,
        sensitive_features=frame[keys].astype(object),
    ).by_group  # fmt: skip
    figures: dict[tuple[str, ...], dict[str, Any]] = {}
    for index, sample in frame.groupby(keys, sort=True, observed=True)[measure.column]:
        ordered = tuple(sorted(float(value) for value in sample))
        place = tuple(map(str, index if isinstance(index, tuple) else (index,)))
        estimate = float(estimates.loc[place if len(place) > 1 else place[0]])
        figures[place] = _quantile_figures(measure, estimate, ordered, confidence)
    return figures


def _quantile_figures(
    measure: Measure, estimate: float, ordered: tuple[float, ...], confidence: float
) -> dict[str, Any]:
    known = {"n": len(ordered), "k": None, "sample": ordered, "n_effective": float(len(ordered))}
    if estimate == inf:
        reason = "too many were never served for this figure to be known"
        blank = dict.fromkeys(("value", "low", "high"))
        return {**known, **blank, "status": "not_estimable", "reason": reason}
    low, high = order_interval(ordered, measure.quantile, confidence)
    return {**known, "value": estimate, "low": low, "high": high, "status": "estimated"}


def _tidy(count: float) -> float:
    """A whole count as an int, so that 25.0 units are printed as 25."""
    return round(count) if isclose(count, round(count), abs_tol=1e-9) else float(count)
