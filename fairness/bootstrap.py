"""The bootstrap, on counts: what a resample costs does not depend on how many rows there are.

To draw rows with replacement and count events is to draw the counts: binomial where rows are
independent, multinomial over the kinds of cluster where they are not. fairlearn's bootstrap
draws the rows themselves. These intervals are no tests: the largest of several differences
is above zero even where nothing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import binom

from fairness.judge import Family
from fairness.records import Cell, Rules
from fairness.summary import Figure, in_both
from fairness.tests_of_difference import SEED

Draws = np.ndarray
_RANGE: Mapping[str, Callable[[Draws], Draws]] = {
    "demographic_parity_difference": lambda rates: rates.max(axis=0) - rates.min(axis=0),
    "demographic_parity_ratio": lambda rates: (
        rates.min(axis=0) / np.where(rates.max(axis=0) > 0, rates.max(axis=0), 1.0)
    ),
}


def resample(cell: Cell, resamples: int, dice: np.random.Generator) -> Draws:
    """The rate of ``cell`` in each of ``resamples`` resamples of its rows, or of its clusters."""
    if cell.patterns is not None:
        events, sizes, like = cell.patterns.T
        clusters = int(like.sum())
        drawn = dice.multinomial(clusters, like / like.sum(), size=resamples)
        return np.asarray((drawn @ events) / (drawn @ sizes))
    n = max(1, round(cell.n_effective))
    return dice.binomial(n, min(1.0, max(0.0, cell.value or 0.0)), size=resamples) / n


def with_resampled(cells: Sequence[Cell], rules: Rules) -> tuple[Cell, ...]:
    """``cells`` with the percentile interval of their resamples, where they are shares.

    For independent rows the count in a resample is binomial and its percentiles are known
    exactly: nothing need be drawn. Clusters are drawn.
    """
    if not rules.resamples:
        return tuple(cells)
    dice = np.random.default_rng(SEED)
    shares = [c for c in cells if c.status == "estimated" and c.measure.kind == "share"]
    exact = dict(zip(map(id, shares), _percentiles(shares, rules), strict=True))
    return tuple(
        replace(c, resampled=_interval(c, exact[id(c)], rules, dice)) if id(c) in exact else c
        for c in cells
    )


def _interval(
    cell: Cell, exact: tuple[float, float], rules: Rules, dice: np.random.Generator
) -> tuple[float, float]:
    if cell.patterns is None:
        return exact
    return _middle(resample(cell, rules.resamples, dice), rules)


def _percentiles(cells: Sequence[Cell], rules: Rules) -> list[tuple[float, float]]:
    """What endless resamples of independent rows would give."""
    n = np.array([max(1.0, round(c.n_effective)) for c in cells])
    rate = np.array([min(1.0, max(0.0, c.value or 0.0)) for c in cells])
    tail = (1 - rules.confidence) / 2
    low, high = (binom.ppf(q, n, rate) / n if len(n) else n for q in (tail, 1 - tail))
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def figures_resampled(
    figures: Sequence[Figure], found: Sequence[Family], rules: Rules
) -> tuple[Figure, ...]:
    """``figures`` with intervals, for those that are made of several groups' rates."""
    if not rules.resamples:
        return tuple(figures)
    dice = np.random.default_rng(SEED + 1)
    at: dict[tuple[object, ...], list[Family]] = {}
    for family in found:
        at.setdefault((family.by, tuple(family.within.items())), []).append(family)
    return tuple(_figure(f, at[(f.by, tuple(f.within.items()))], rules, dice) for f in figures)


def _figure(
    figure: Figure, families: Sequence[Family], rules: Rules, dice: np.random.Generator
) -> Figure:
    if figure.value is None:
        return figure
    if figure.name in _RANGE:
        cells = _cells(families, "selection_rate", figure.of)
        draws = _RANGE[figure.name](_draws(cells, rules, dice))
    elif figure.name == "equalized_odds_difference":
        spread = _RANGE["demographic_parity_difference"]
        names = ("true_positive_rate", "false_positive_rate")
        both = in_both(*(_cells(families, name, figure.of) for name in names))
        held = [_draws(cells, rules, dice) for cells in zip(*both, strict=True)]
        draws = np.max([spread(rates) for rates in held], axis=0)
    else:
        return figure
    low, high = _middle(draws, rules)
    return replace(figure, low=low, high=high)


def _cells(families: Sequence[Family], name: str, of: str | None) -> list[Cell]:
    """The groups of a measure; error rates of a single outcome carry no ``of``."""
    for family in families:
        if family.measure.name == name and family.measure.of in (of, None):
            return [c for c in family.tested if c.value is not None]
    return []


def _draws(cells: Sequence[Cell], rules: Rules, dice: np.random.Generator) -> Draws:
    return np.array([resample(c, rules.resamples, dice) for c in cells])


def _middle(draws: Draws, rules: Rules) -> tuple[float, float]:
    tail = (1 - rules.confidence) / 2
    low, high = np.quantile(draws, (tail, 1 - tail))
    return float(low), float(high)
