"""The whole audit, step by step. START HERE.

Units come in (from a table, a decisions file or the database), a Report goes out. Nothing
here reads files, clocks or the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

from fairness.baseline import human_baseline
from fairness.bootstrap import figures_resampled, with_resampled
from fairness.bounds import with_bounds
from fairness.disclosure import suppress
from fairness.drift import Drift, drift
from fairness.estimate import Estimate, estimate
from fairness.groups import groupings, reference_group
from fairness.harm import expected_harm, hidden_with
from fairness.judge import Comparison, Omnibus, compare, families, omnibus_tests
from fairness.metrics import measure_cells
from fairness.records import Cell, Measure, Rules, Units
from fairness.rounding import rounded
from fairness.scores import Score, judged, ps_of
from fairness.simpson import Simpson, simpson_check
from fairness.summary import Figure, summarise

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """What was found. ``provenance`` says from what, how and when: see report/schema.json."""

    title: str
    measures: tuple[Cell, ...]
    omnibus: tuple[Omnibus, ...]
    comparisons: tuple[Comparison, ...]
    summary: tuple[Figure, ...]
    simpson: tuple[Simpson, ...]
    asked: tuple[Measure, ...]
    provenance: Mapping[str, Any]
    synthetic: bool = False
    drift: tuple[Drift, ...] = ()
    harm: tuple[Score, ...] = ()
    baseline: tuple[Score, ...] = ()
    estimate: Estimate | None = None


def audit(
    units: Units,
    rules: Rules,
    provenance: Mapping[str, Any],
    *,
    title: str,
    synthetic: bool = False,
    earlier: Mapping[str, Any] | None = None,
    progress: Progress = lambda step: None,
) -> Report:
    """Measure every group, hide the small ones, test, compare and judge, then round.

    ``earlier`` is the JSON of an earlier report, to say what has changed since.

    Raises ReferenceUnknown for a reference that is not in the data.
    """
    bys = groupings(units.groups, rules.depth)
    references = {by: reference_group(units, by, rules.references) for by in bys}
    cells = _measure(units, rules, bys, progress)
    progress("Testing and comparing the groups")
    found = families(cells)
    harm = expected_harm(units, bys, references, rules)
    people = human_baseline(units, bys, references, rules)
    tests = omnibus_tests(found, [*ps_of(harm), *ps_of(people)])
    ps = [test.p for test in tests if test.p is not None]
    pairs = zip(found, tests, strict=True)
    comparisons = tuple(
        chain.from_iterable(compare(f, test, references[f.by], rules) for f, test in pairs)
    )
    learned = estimate(units, rules, cells)
    progress("Resampling the counts")
    report = Report(
        title=title,
        measures=with_resampled(cells, rules),
        omnibus=tests,
        comparisons=comparisons,
        summary=figures_resampled(summarise(units, found), found, rules),
        simpson=simpson_check(comparisons, cells),
        asked=units.measures,
        provenance=_without_small_counts(provenance, cells, rules),
        synthetic=synthetic,
        estimate=learned,
        harm=hidden_with(judged(harm, rules, [*ps, *ps_of(people)]), cells),
        baseline=_shown(judged(people, rules, [*ps, *ps_of(harm)]), rules),
    )
    return _finished(report, rules, earlier)


def _shown(found: tuple[Score, ...], rules: Rules) -> tuple[Score, ...]:
    """The human baseline, all of a grouping hidden where one of its groups is too small."""
    small = {s.by for s in found if rules.threshold and (s.n or 0) < rules.threshold}
    return tuple(s for s in found if s.by not in small)


def _finished(report: Report, rules: Rules, earlier: Mapping[str, Any] | None) -> Report:
    """Rounded where counts must not be exact; then what is worked out from published figures."""
    if rules.threshold and rules.rounding > 1:
        report = rounded(report, rules.rounding, rules.threshold, rules.confidence)
    return replace(
        report,
        comparisons=with_bounds(report.comparisons, report.measures),
        drift=drift(report.measures, earlier, rules) if earlier else (),
    )


def _measure(
    units: Units, rules: Rules, bys: tuple[tuple[str, ...], ...], progress: Progress
) -> tuple[Cell, ...]:
    """Every measure everywhere, measure by measure, small groups hidden."""
    places: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((), by) for by in bys]
    if units.within:
        # Inside strata only single columns: crossed ones would be mostly tiny, and each
        # further test makes all others weaker.
        places += [(units.within, by) for by in bys if len(by) <= 1]
    of_measure: dict[str, list[Cell]] = {measure.key: [] for measure in units.measures}
    for number, (within, by) in enumerate(places, 1):
        inside = f" inside {' and '.join(within)}" if within else ""
        progress(f"Measuring {number} of {len(places)}: by {' and '.join(by) or 'all'}{inside}")
        for cell in measure_cells(_tellable(units, by), by, within, rules.confidence):
            of_measure[cell.measure.key].append(cell)
    if rules.threshold:
        # A size that would be rounded to nought would keep an exact figure beside it.
        hide = partial(suppress, threshold=max(rules.threshold, (rules.rounding + 1) // 2))
        return tuple(chain.from_iterable(map(hide, of_measure.values())))
    return tuple(chain.from_iterable(of_measure.values()))


def _tellable(units: Units, by: tuple[str, ...]) -> Units:
    """Of crossed groups only what can be told at all: that the rest cannot, a column says once."""
    if len(by) < 2:
        return units
    return replace(units, measures=tuple(m for m in units.measures if not m.missing))


def _without_small_counts(
    provenance: Mapping[str, Any], cells: tuple[Cell, ...], rules: Rules
) -> Mapping[str, Any]:
    """How many values are missing is the size of a group too: null where that group is hidden."""
    if not rules.threshold or "missing" not in provenance:
        return provenance
    hidden = {
        c.by[0] for c in cells if c.status == "suppressed" and len(c.by) == 1 and not c.recorded
    }
    missing = {
        name: None if name in hidden or 0 < n < rules.threshold else n
        for name, n in provenance["missing"].items()
    }
    return {**provenance, "missing": missing}
