"""Say what the figures allow to be said: evidence, no evidence found, or not estimable.

One test over all groups first (Holm over the whole report), then each group against its
reference (Holm within the family). A verdict of disparity needs both. No verdict says "fair".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from fairness.intervals import difference_interval, quantile
from fairness.records import Cell, Measure, Rules, Sample
from fairness.tests_of_difference import (
    Chance,
    Overall,
    equality_test,
    holm,
    smallest_detectable,
)

Verdict = Literal[
    "evidence_of_disparity", "no_evidence_found", "not_estimable", "reported_not_judged"
]


NOT_THE_FIGURE = (
    "the figures themselves are alike, or lean the other way, though the groups' values are "
    "spread differently"
)


@dataclass(frozen=True)
class Omnibus:
    """One test that all recorded groups of a family are alike. ``p_adjusted``: over the report,
    which has so many ``tests``; ``total`` is of how many units, as far as they are independent."""

    measure: Measure
    by: tuple[str, ...]
    within: Mapping[str, str]
    groups: int
    p: float | None = None
    p_adjusted: float | None = None
    method: str = ""
    statistic: float | None = None
    degrees: int | None = None
    reason: str = ""
    tests: int = 1
    total: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """One group against its reference. ``difference`` is group minus reference.

    ``detectable`` is the smallest difference this comparison would have found, corrected for
    all that is tested in the report;
    ``direction`` says whether the group fares worse or better, where that has a meaning;
    ``bound_low`` and ``bound_high`` are how far the gap could move if those whose group is
    not recorded were all on one side.
    """

    measure: Measure
    by: tuple[str, ...]
    group: Mapping[str, str]
    reference: Mapping[str, str]
    within: Mapping[str, str]
    verdict: Verdict
    difference: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    test: str = ""
    detectable: float | None = None
    direction: Literal["worse", "better", ""] = ""
    reason: str = ""
    bound_low: float | None = None
    bound_high: float | None = None


@dataclass(frozen=True)
class Family:
    """All groups of one grouping, for one measure in one stratum."""

    measure: Measure
    by: tuple[str, ...]
    within: Mapping[str, str]
    cells: tuple[Cell, ...]

    @property
    def tested(self) -> tuple[Cell, ...]:
        """Those with figures and with every value recorded."""
        return tuple(c for c in self.cells if c.recorded and c.n and c.n_effective)


def families(cells: Sequence[Cell]) -> tuple[Family, ...]:
    """``cells`` sorted into families, in the order met; the figures for everyone are in none."""
    found: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], list[Cell]] = {}
    for cell in cells:
        if cell.by:
            found.setdefault((cell.measure.key, cell.by, (*cell.within.items(),)), []).append(cell)
    return tuple(Family(f[0].measure, f[0].by, f[0].within, tuple(f)) for f in found.values())


def omnibus_tests(found: Sequence[Family], beside: Sequence[float] = ()) -> tuple[Omnibus, ...]:
    """The omnibus test of each family, corrected for there being so many, and for the other
    tests of the report, whose p are ``beside``."""
    tests = [_omnibus(family) for family in found]
    ps = [test.p for test in tests if test.p is not None]
    adjusted = iter(holm([*ps, *beside]))
    many = len(ps) + len(beside)
    return tuple(
        replace(test, p_adjusted=next(adjusted), tests=many) if test.p is not None else test
        for test in tests
    )


def compare(
    family: Family, omnibus: Omnibus, reference: Mapping[str, str] | None, rules: Rules
) -> tuple[Comparison, ...]:
    """Each group of the family against ``reference``."""
    base = next((c for c in family.cells if reference is not None and c.group == reference), None)
    if base is None:
        return ()
    others = [c for c in family.cells if c is not base and not _empty_mix(c)]
    figures = [_figures(cell, base, family) for cell in others]
    ps = [f.p for f in figures if f.p is not None]
    adjusted = iter(holm(ps))
    corrected = [replace(f, p_adjusted=next(adjusted)) if f.p is not None else f for f in figures]
    return tuple(
        _judge(comparison, cell, base, omnibus, rules, max(1, len(ps)))
        for comparison, cell in zip(corrected, others, strict=True)
    )


def _empty_mix(cell: Cell) -> bool:
    """An intersection nobody belongs to: shown among the measures, not compared."""
    return len(cell.by) > 1 and cell.n == 0 and not cell.measure.missing


def _omnibus(family: Family) -> Omnibus:
    measure, tested = family.measure, family.tested
    blank = Omnibus(measure, family.by, family.within, len(tested))
    if not measure.judged:
        return replace(blank, reason="reported, not judged")
    if len(tested) < 2:
        return replace(blank, reason=measure.missing or "fewer than two groups have figures")
    chance = _test(measure, tested)
    return replace(
        blank, p=chance.p, method=chance.method, statistic=chance.statistic,
        degrees=chance.degrees, total=sum(c.n_effective for c in tested),
    )  # fmt: skip


def _test(measure: Measure, cells: Sequence[Cell]) -> Chance:
    """Shares as they are; quantiles by how many of each group lie above the pooled quantile."""
    if measure.kind == "quantile":
        pooled = quantile(Sample.pooled(c.sample for c in cells), measure.quantile)
        above = [c.sample.above(pooled) for c in cells]
        chance = equality_test(above, [len(c.sample) for c in cells])
        return replace(chance, method=f"{chance.method} of values above the common quantile")
    return equality_test(
        [(c.value or 0.0) * c.n_effective for c in cells], [c.n_effective for c in cells]
    )


def _figures(cell: Cell, base: Cell, family: Family) -> Comparison:
    """Difference, ratio, interval and p, as far as both cells have figures."""
    blank = Comparison(
        family.measure, family.by, cell.group, base.group, family.within, "not_estimable"
    )
    chance = _test(family.measure, [cell, base]) if _testable(cell, base) else None
    blank = replace(blank, p=chance.p, test=chance.method) if chance else blank
    if cell.value is None or base.value is None:
        return blank
    difference = cell.value - base.value
    low, high = difference_interval(cell.value, _ends(cell), base.value, _ends(base))
    worse = family.measure.worse
    side = "higher" if difference > 0 else "lower"
    return replace(
        blank,
        difference=difference,
        ratio=cell.value / base.value if base.value else None,
        low=None if low == -inf else low,
        high=None if high == inf else high,
        direction="" if worse is None or not difference else ("better", "worse")[side == worse],
    )


def _testable(cell: Cell, base: Cell) -> bool:
    return bool(
        cell.measure.judged and cell.recorded and cell.n and base.n
        and cell.n_effective and base.n_effective
    )  # fmt: skip


def _ends(cell: Cell) -> tuple[float, float]:
    return (
        cell.low if cell.low is not None else -inf,
        cell.high if cell.high is not None else inf,
    )


def _judge(
    found: Comparison, cell: Cell, base: Cell, omnibus: Omnibus, rules: Rules, family_size: int
) -> Comparison:
    if not found.measure.judged:
        return replace(found, verdict="reported_not_judged", reason="neither more nor less is good")
    reason = _why_not(cell, base, rules)
    if reason:
        return replace(found, verdict="not_estimable", reason=reason)
    if not cell.recorded:
        reason = "who these people are was not recorded, so this is shown and not judged"
        return replace(found, verdict="reported_not_judged", reason=reason)
    gap = _detectable(cell, base, omnibus, rules, family_size)
    if not _same_way(found, cell, base):
        return replace(found, verdict="no_evidence_found", detectable=gap, reason=NOT_THE_FIGURE)
    sure = all(p is not None and p <= rules.alpha for p in (omnibus.p_adjusted, found.p_adjusted))
    if sure:
        return replace(found, verdict="evidence_of_disparity", detectable=gap)
    return replace(
        found, verdict="no_evidence_found", detectable=gap, reason=_unsure(found, omnibus, rules)
    )


def _why_not(cell: Cell, base: Cell, rules: Rules) -> str:
    if cell.measure.missing:
        return cell.measure.missing
    for who, one in (("this group", cell), ("the reference group", base)):
        if one.status != "estimated":
            return f"{who}: {one.reason}"
        if one.size < rules.minimum:
            return f"{who} has {one.size:g} where at least {rules.minimum} are needed to judge"
    return ""


def _unsure(found: Comparison, omnibus: Omnibus, rules: Rules) -> str:
    if found.p_adjusted is not None and found.p_adjusted <= rules.alpha:
        return (
            "this pair alone looks different, but the test over all groups does not, "
            "once corrected for the number of tests in this report"
        )
    return "a gap this big would often arise by chance in groups of this size"


def _same_way(found: Comparison, cell: Cell, base: Cell) -> bool:
    """Whether what was tested of a quantile, how many lie above the common one, leans the way the
    figures do: groups of equal medians may differ in it, and that is no gap between medians."""
    if found.measure.kind != "quantile" or found.difference is None:
        return True
    pooled = quantile(Sample.pooled((cell.sample, base.sample)), found.measure.quantile)
    mine, theirs = (s.above(pooled) / len(s) for s in (cell.sample, base.sample))
    return (mine - theirs) * found.difference > 0


def _detectable(
    cell: Cell, base: Cell, omnibus: Omnibus, rules: Rules, family_size: int
) -> float | None:
    """At the strictest level that Holm may ask: of the pair within its family, and of the test
    over all groups within the report."""
    if not cell.measure.is_rate or omnibus.p is None:
        return None
    rate, alpha = base.value or 0.0, rules.alpha / family_size
    overall = Overall(omnibus.groups, omnibus.total, rules.alpha / omnibus.tests)
    return smallest_detectable(
        cell.n_effective, base.n_effective, rate, alpha, rules.power, overall
    )
