"""Every measure for every group. fairlearn's MetricFrame computes, our own counts check it
and serve alone where there are too many groups for it.

Rows are first folded into counts, which go to fairlearn as sample weights: a table of
millions costs what its few distinct rows cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import inf, isclose, prod
from typing import Any

import numpy as np
import pandas as pd
from fairlearn import metrics as fairlearn

from fairness.errors import EnginesDisagree
from fairness.incidence import Incidence, cumulative_incidence
from fairness.intervals import order_interval, quantile, wilson
from fairness.records import (
    CLUSTER,
    PEOPLE,
    SQUARED,
    WEIGHT,
    Cell,
    Measure,
    Sample,
    Units,
    key_column,
)

Place = tuple[str, ...]
Part = tuple[str, pd.DataFrame, str, str]
"""A measure's key, its folded rows, and their columns of what is true and what was picked."""
ALL = "all units"
MOST_FOR_FAIRLEARN = 9
"""fairlearn takes milliseconds a group and measure. Beyond this many groups our own counts
serve alone; the tests hold the two to the same 1e-12 at every depth."""
MOST_CELLS = 4000
"""Beyond this many, combinations that nobody belongs to are left out of the report."""

ENGINES: Mapping[str, Callable[..., float]] = {
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
}


def measure_cells(
    units: Units, by: tuple[str, ...], within: tuple[str, ...], confidence: float = 0.95
) -> tuple[Cell, ...]:
    """Every measure for each group of ``by`` in each stratum of ``within``, in a fixed order.

    Groups the condition holds for nobody in come back ``not_estimable``, never 0.
    Raises EnginesDisagree if fairlearn and our own counts differ.
    """
    keys = [key_column(name) for name in (*within, *by)]
    shares = [m for m in units.measures if m.kind == "share" and not m.missing]
    waits = [m for m in units.measures if m.kind == "quantile"]
    rates = _fairlearn_rates(units, shares, keys or [ALL]) if few_enough(units, keys) else None
    quantiles = _fairlearn_quantiles(units, waits, keys or [ALL]) if rates is not None else None
    cells: list[Cell] = []
    levels = [sorted(units.frame[key].astype(str).unique()) for key in keys]
    for measure in units.measures:
        if measure.kind == "share":
            figures = _shares(units, measure, keys or [ALL], rates, confidence)
        elif measure.kind == "incidence":
            figures = _incidences(units, measure, keys or [ALL], confidence)
        else:
            figures = _quantiles(units, measure, keys or [ALL], quantiles, confidence)
        cells += _cells(measure, by, within, levels, figures)
    return tuple(cells)


def few_enough(units: Units, keys: Sequence[str]) -> bool:
    """Whether there are so few groups that fairlearn computes them too."""
    return prod(units.frame[key].nunique() for key in keys) <= MOST_FOR_FAIRLEARN


def _cells(
    measure: Measure,
    by: tuple[str, ...],
    within: tuple[str, ...],
    levels: Sequence[Sequence[str]],
    figures: Mapping[Place, dict[str, Any]],
) -> list[Cell]:
    cells = []
    for values in _combinations(levels, figures):
        names = dict(zip((*within, *by), values, strict=False))
        place: dict[str, Any] = {
            "measure": measure,
            "by": by,
            "within": {name: names[name] for name in within},
            "group": {name: names[name] for name in by},
        }
        cells.append(Cell(**place, **(figures.get(values) or _nobody(measure))))
    return cells


def fold(units: Units, columns: Iterable[str], keys: list[str]) -> pd.DataFrame:
    """Distinct rows of ``keys`` and ``columns``, with the sum of weights and of their squares.

    Rows where one of ``columns`` is missing are left out: the condition does not hold there.
    """
    columns = list(dict.fromkeys(columns))
    frame = units.frame.assign(**{ALL: ""}) if ALL in keys else units.frame
    if SQUARED not in frame:
        frame = frame.assign(**{SQUARED: frame[WEIGHT] ** 2})
    frame = frame[[*keys, *columns, WEIGHT, SQUARED]].dropna(subset=columns)
    grouped = frame.groupby([*keys, *columns], sort=True, observed=True)
    return grouped[[WEIGHT, SQUARED]].sum().reset_index()


def _nobody(measure: Measure) -> dict[str, Any]:
    return _nobody_known(
        measure.missing or "nobody in this group meets the condition of this measure"
    )


def _nobody_known(reason: str) -> dict[str, Any]:
    blank = dict.fromkeys(("k", "value", "low", "high"))
    return {**blank, "n": 0, "status": "not_estimable", "reason": reason}


def _combinations(levels: Sequence[Sequence[str]], seen: Mapping[Place, Any]) -> list[Place]:
    """Every combination of levels, those nobody belongs to included while that stays readable."""
    if not levels:
        return [("",)]
    if prod(len(level) for level in levels) > MOST_CELLS:
        return sorted(seen)
    return list(product(*levels))


def _shares(
    units: Units,
    measure: Measure,
    keys: list[str],
    rates: Mapping[Place, float] | None,
    confidence: float,
) -> dict[Place, dict[str, Any]]:
    sums = _sums(units, measure, keys)
    clusters = _clusters(units, measure, keys)
    figures = {}
    for values, k, n, squared, people in sums:
        value = k / n if rates is None else rates[(measure.key, *values)]
        if not isclose(value, k / n, rel_tol=1e-9, abs_tol=1e-12):
            raise EnginesDisagree(f"{measure.key} for {values}: fairlearn {value}, counts {k / n}.")
        effective = n * n / squared if units.weights == "survey" else n
        patterns = clusters.get(values)
        if patterns is not None:
            effective = min(effective, _cluster_size(patterns, value))
        low, high = wilson(min(value, 1.0) * effective, effective, confidence)
        figures[values] = {
            "n": _tidy(n), "k": _tidy(k), "value": value, "low": low, "high": high,
            "status": "estimated", "n_effective": float(effective), "patterns": patterns,
            "people": people,
        }  # fmt: skip
    return figures


def _sums(
    units: Units, measure: Measure, keys: Sequence[str]
) -> list[tuple[Place, float, float, float, float | None]]:
    """(place, events, size, sum of squared weights, people if that is another number) wherever the
    condition holds for somebody."""
    frame = units.frame
    event = frame[measure.column].to_numpy(float)
    known = ~np.isnan(event)
    weight = frame[WEIGHT].to_numpy(float)
    squared = frame[SQUARED].to_numpy(float) if SQUARED in frame else weight**2
    codes, places = place_codes(frame, keys)
    columns = (weight * event, weight, squared)
    k, n, squares = (
        np.bincount(codes[known], column[known], len(places)) for column in columns
    )  # fmt: skip
    sizes = np.bincount(codes[known], minlength=len(places))
    asked = None
    if PEOPLE in frame:
        asked = np.bincount(codes[known], frame[PEOPLE].to_numpy(float)[known], len(places))
    return [
        (places[i], float(k[i]), float(n[i]), float(squares[i]),
         None if asked is None else float(asked[i]))
        for i in range(len(places)) if sizes[i]
    ]  # fmt: skip


def place_codes(frame: pd.DataFrame, keys: Sequence[str]) -> tuple[np.ndarray, list[Place]]:
    """The number of each row's place, and the places in order."""
    columns = [pd.Categorical(frame[key]) for key in keys if key != ALL]
    if not columns:
        return np.zeros(len(frame), int), [("",)]
    codes = np.zeros(len(frame), int)
    for column in columns:
        codes = codes * len(column.categories) + column.codes
    return codes, list(product(*(map(str, c.categories) for c in columns)))


def _clusters(units: Units, measure: Measure, keys: list[str]) -> dict[Place, np.ndarray]:
    """For each place, rows of (events, size, how many clusters are like that)."""
    if CLUSTER not in units.frame:
        return {}
    folded = fold(units, [measure.column], [*keys, CLUSTER])
    folded["events"] = folded[WEIGHT] * folded[measure.column]
    sums = folded.groupby([*keys, CLUSTER], observed=True)[["events", WEIGHT]].sum().reset_index()
    alike = sums.groupby([*keys, "events", WEIGHT], observed=True).size().reset_index(name="like")
    found: dict[Place, np.ndarray] = {}
    for index, rows in alike.groupby(keys, observed=True):
        place = tuple(map(str, index if isinstance(index, tuple) else (index,)))
        found[place] = rows[["events", WEIGHT, "like"]].to_numpy(float)
    return found


def _cluster_size(patterns: np.ndarray, rate: float) -> float:
    """The sample of independent rows that would be as sure: Kish's design effect, linearised.

    Where all or none have the event, clusters count as one row each: no more is known.
    """
    events, sizes, like = patterns.T
    clusters, total = like.sum(), (sizes * like).sum()
    variance = (like * (events - rate * sizes) ** 2).sum() / total**2
    if variance <= 0 or clusters < 2:
        return float(clusters)
    variance *= clusters / (clusters - 1)
    return float(min(total, rate * (1 - rate) / variance))


def _fairlearn_rates(
    units: Units, measures: Sequence[Measure], keys: list[str]
) -> dict[Place, float]:
    """(measure, group values…) → rate, by MetricFrame.

    Confusion-matrix rates need the truth beside what was picked. All others are selection rates
    of their own event. Measures of one engine share a frame, with the measure as one more feature.
    """
    stacked: dict[Callable[..., float], list[Part]] = {}
    for measure in measures:
        engine = ENGINES.get(measure.name, fairlearn.selection_rate)
        truth = measure.truth if measure.name in ENGINES else measure.column
        picked = measure.picked if measure.name in ENGINES else measure.column
        part = (measure.key, fold(units, [truth, picked], keys), truth, picked)
        stacked.setdefault(engine, []).append(part)
    rates: dict[Place, float] = {}
    for engine, parts in stacked.items():
        rates |= _one_frame(parts, keys, engine)
    return rates


def _one_frame(
    parts: Sequence[Part],
    keys: list[str],
    engine: Callable[..., float],
) -> dict[Place, float]:
    rows = [
        frame[[*keys, WEIGHT]].assign(measure=name, y_true=frame[truth], y_pred=frame[picked])
        for name, frame, truth, picked in parts
        if not frame.empty
    ]
    if not rows:
        return {}
    together = pd.concat(rows, ignore_index=True)
    frame = fairlearn.MetricFrame(
        metrics=_positive_is_one(engine),
        y_true=together["y_true"].to_numpy(),
        y_pred=together["y_pred"].to_numpy(),
        sensitive_features=together[["measure", *keys]].astype(object),
        sample_params={"sample_weight": together[WEIGHT].to_numpy(float)},
    )
    return {index: float(value) for index, value in frame.by_group.items()}


def _positive_is_one(engine: Callable[..., float]) -> Callable[..., float]:
    def rate(y_true: Any, y_pred: Any, sample_weight: Any) -> float:
        return engine(y_true, y_pred, pos_label=1.0, sample_weight=sample_weight)

    return rate


def _fairlearn_quantiles(
    units: Units, measures: Sequence[Measure], keys: list[str]
) -> dict[Place, float]:
    """(measure, group values…) → quantile: one frame for all, the measure one more feature."""

    def by_fairlearn(_: Any, waits: Any, sample_weight: Any, share: Any) -> float:
        return quantile(Sample.of(waits, sample_weight), float(np.asarray(share)[0]))

    parts = [(m, fold(units, [m.column], keys)) for m in measures]
    rows = [
        frame[[*keys, WEIGHT]].assign(measure=m.key, waits=frame[m.column], share=m.quantile)
        for m, frame in parts
        if not frame.empty
    ]
    if not rows:
        return {}
    together = pd.concat(rows, ignore_index=True)
    waits = together["waits"].to_numpy(float)
    frame = fairlearn.MetricFrame(
        metrics=by_fairlearn, y_true=waits, y_pred=waits,
        sensitive_features=together[["measure", *keys]].astype(object),
        sample_params={"sample_weight": together[WEIGHT].to_numpy(float),
                       "share": together["share"].to_numpy(float)},
    )  # fmt: skip
    return {index: float(value) for index, value in frame.by_group.items()}


def _quantiles(
    units: Units,
    measure: Measure,
    keys: list[str],
    estimates: Mapping[Place, float] | None,
    confidence: float,
) -> dict[Place, dict[str, Any]]:
    frame = fold(units, [measure.column], keys)
    figures: dict[Place, dict[str, Any]] = {}
    for index, rows in frame.groupby(keys, sort=True, observed=True) if len(frame) else ():
        ordered = Sample.of(rows[measure.column], rows[WEIGHT])
        place = tuple(map(str, index if isinstance(index, tuple) else (index,)))
        estimate = quantile(ordered, measure.quantile)
        if estimates is not None:
            estimate = estimates[(measure.key, *place)]
        figures[place] = _quantile_figures(measure, estimate, ordered, confidence)
    return figures


def _incidences(
    units: Units, measure: Measure, keys: list[str], confidence: float
) -> dict[Place, dict[str, Any]]:
    if measure.missing:
        return {}
    frame = fold(units, [measure.column, measure.ends], keys)
    figures: dict[Place, dict[str, Any]] = {}
    for index, rows in frame.groupby(keys, sort=True, observed=True) if len(frame) else ():
        times, ends, counts = (
            rows[column].to_numpy(float) for column in (measure.column, measure.ends, WEIGHT)
        )
        found = cumulative_incidence(times, ends, counts, measure.horizon)
        place = tuple(map(str, index if isinstance(index, tuple) else (index,)))
        figures[place] = _incidence_figures(found, float(counts.sum()), confidence)
    return figures


def _incidence_figures(found: Incidence, n: float, confidence: float) -> dict[str, Any]:
    if not found.n_effective:
        reason = "nobody in this group was watched long enough"
        return {**_nobody_known(reason), "n": _tidy(n)}
    low, high = wilson(found.value * found.n_effective, found.n_effective, confidence)
    return {
        "n": _tidy(n), "k": _tidy(found.value * n), "value": found.value, "low": low,
        "high": high, "status": "estimated", "n_effective": found.n_effective,
    }  # fmt: skip


def _quantile_figures(
    measure: Measure, estimate: float, ordered: Sample, confidence: float
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
