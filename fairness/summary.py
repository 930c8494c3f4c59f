"""One figure for a whole grouping: fairlearn's, differential fairness, impact ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import pandas as pd
from fairlearn import metrics as fairlearn

from fairness.judge import Family
from fairness.metrics import MOST_FOR_FAIRLEARN, fold
from fairness.records import WEIGHT, Cell, Measure, Units, key_column


@dataclass(frozen=True)
class Figure:
    """One summary figure. ``group`` is set for figures that belong to one group."""

    name: str
    measure: str
    of: str | None
    by: tuple[str, ...]
    within: Mapping[str, str]
    value: float | None
    group: Mapping[str, str] | None = None
    reason: str = ""
    low: float | None = None
    high: float | None = None


def summarise(units: Units, found: Sequence[Family]) -> tuple[Figure, ...]:
    """The summary figures of every family of selection rates, over its published groups."""
    figures: list[Figure] = []
    selections = [f for f in found if f.measure.name == "selection_rate"]
    for family in selections:
        figures += _parity(units, family)
        figures += _impact(family)
    for stratum in _strata(selections):
        figures.append(_differential_fairness(stratum))
    # Several classes are taken one against the rest: fairlearn's rates are of two.
    of = selections[0].measure.of if selections else None
    odds = (f for f in found if f.measure.name == "true_positive_rate")
    rest = {
        (f.measure.of, f.by, tuple(f.within.items())): f
        for f in found
        if f.measure.name == "false_positive_rate"
    }
    for family in odds:
        other = rest.get((family.measure.of, family.by, tuple(family.within.items())))
        figures.append(_equalized_odds(units, family, other, family.measure.of or of))
    return tuple(figures)


def smoothed_differential_fairness(
    counts: Sequence[Sequence[float]], alpha: float = 1.0
) -> float | None:
    """The largest log ratio of any outcome's smoothed rate between any two groups.

    ``counts[g][y]`` is how many of group g had outcome y; the prior weight ``alpha`` is
    spread evenly over the outcomes. 0 means no difference; e to its power bounds every
    ratio. None with fewer than two groups. (Foulds and others, 2018.)
    """
    if len(counts) < 2:
        return None
    outcomes = len(counts[0])
    logs: list[list[float]] = [
        [log((k + alpha / outcomes) / (sum(group) + alpha)) for k in group] for group in counts
    ]
    return float(max(max(column) - min(column) for column in zip(*logs, strict=True)))


def _parity(units: Units, family: Family) -> list[Figure]:
    """fairlearn's demographic parity difference and ratio, from one frame."""
    place = (family.measure.name, family.measure.of, family.by, family.within)
    difference, ratio = "demographic_parity_difference", "demographic_parity_ratio"
    if len(family.tested) < 2:
        return [Figure(name, *place, None, reason=_too_few(family)) for name in (difference, ratio)]
    if len(family.tested) > MOST_FOR_FAIRLEARN:
        rates = [cell.value or 0.0 for cell in family.tested]
        between = min(rates) / max(rates) if max(rates) else float("nan")
        return [_figure(difference, place, max(rates) - min(rates)), _figure(ratio, place, between)]
    rows = _rows_of(units, family.tested, family.measure.column)
    frame = fairlearn.MetricFrame(
        metrics=fairlearn.selection_rate,
        y_true=rows[family.measure.column],
        y_pred=rows[family.measure.column],
        sensitive_features=rows["who"],
        sample_params={"sample_weight": rows[WEIGHT]},
    )
    return [
        _figure(difference, place, float(frame.difference())),
        _figure(ratio, place, float(frame.ratio())),
    ]


def _equalized_odds(units: Units, family: Family, other: Family | None, of: str | None) -> Figure:
    """Over groups with figures for both kinds of truth: fairlearn counts an empty one as 0, and
    of a hidden one nothing may be told."""
    place = ("selection_rate", of, family.by, family.within)
    truth, picked = family.measure.truth, family.measure.picked
    if truth not in units.frame:
        reason = family.measure.missing
        return Figure("equalized_odds_difference", *place, None, reason=reason)
    others = other.tested if other is not None else ()
    both = in_both(family.tested, others)
    if len(both) < 2:
        reason = "fewer than two groups have figures for both kinds of truth"
        return Figure("equalized_odds_difference", *place, None, reason=reason)
    if len(both) > MOST_FOR_FAIRLEARN:
        rates = [[cell.value or 0.0 for cell in kind] for kind in zip(*both, strict=True)]
        value = max(max(kind) - min(kind) for kind in rates)
    else:
        rows = _rows_of(units, [true for true, _ in both], truth, picked)
        value = fairlearn.equalized_odds_difference(
            rows[truth], rows[picked], sensitive_features=rows["who"], sample_weight=rows[WEIGHT]
        )
    left_out = sorted({_named(c) for c in family.tested} ^ {_named(c) for c in others})
    reason = f"left out, with figures for one kind of truth: {', '.join(left_out)}"
    return Figure(
        "equalized_odds_difference", *place, float(value), reason=reason if left_out else ""
    )


def in_both(true: Sequence[Cell], false: Sequence[Cell]) -> list[tuple[Cell, Cell]]:
    """True and false positive rate of each group that has figures for both."""
    other = {_named(cell): cell for cell in false}
    return [(cell, other[_named(cell)]) for cell in true if _named(cell) in other]


def _named(cell: Cell) -> str:
    return " / ".join([*cell.within.values(), *cell.group.values()])


def _impact(family: Family) -> list[Figure]:
    """Each group's rate over the highest rate: what the four-fifths rule of thumb looks at."""
    place = (family.measure.name, family.measure.of, family.by, family.within)
    highest = max((c.value or 0.0 for c in family.tested), default=0.0)
    if len(family.tested) < 2 or not highest:
        return []
    return [
        Figure("impact_ratio", *place, (c.value or 0.0) / highest, group=c.group)
        for c in family.tested
    ]


def _strata(selections: Sequence[Family]) -> list[list[Family]]:
    """Families that share grouping and stratum: one a selection rate."""
    found: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[Family]] = {}
    for family in selections:
        found.setdefault((family.by, tuple(family.within.items())), []).append(family)
    return list(found.values())


def _differential_fairness(stratum: Sequence[Family]) -> Figure:
    """Over all outcomes: one selection rate and its opposite, or every channel."""
    first = stratum[0]
    place = ("selection_rate", first.measure.of if len(stratum) == 1 else None)
    counts = []
    for cells in zip(*(family.tested for family in stratum), strict=True):
        ks = [float(cell.k or 0.0) for cell in cells]
        counts.append(ks if len(ks) > 1 else [ks[0], float(cells[0].n or 0.0) - ks[0]])
    value = smoothed_differential_fairness(counts)
    return Figure(
        "smoothed_differential_fairness", *place, first.by, first.within, value,
        reason=_too_few(first) if value is None else "",
    )  # fmt: skip


def _rows_of(units: Units, cells: Sequence[Cell], *columns: str) -> pd.DataFrame:
    """Folded rows of those groups only, with the group's name in ``who``."""
    if not cells:
        return pd.DataFrame({"who": [], WEIGHT: [], **{c: [] for c in columns}})
    names = [*cells[0].within, *cells[0].by]
    rows = fold(units, columns, [key_column(name) for name in names])
    who = rows[key_column(names[0])].astype(str)
    for name in names[1:]:
        who = who + " / " + rows[key_column(name)].astype(str)
    wanted = {" / ".join([*c.within.values(), *c.group.values()]) for c in cells}
    rows = rows.assign(who=who)
    return rows[rows["who"].isin(wanted)]


def _figure(name: str, place: tuple[str, str | None, tuple[str, ...], Mapping[str, str]],
            value: float) -> Figure:  # fmt: skip
    if value != value:
        return Figure(name, *place, None, reason="no group has any selected")
    return Figure(name, *place, value)


def _too_few(family: Family) -> str:
    return family.measure.missing or "fewer than two groups have figures"


__all__ = ["Figure", "Measure", "smoothed_differential_fairness", "summarise"]
