"""Resampling on counts, bounds for the unrecorded, drift, and what simulation says of it all."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairness.bootstrap import resample
from fairness.drift import EarlierReportWrong, _effective, read_earlier
from fairness.intervals import difference_interval, wilson
from fairness.records import CLUSTER, PICKED, WEIGHT, Measure, Source, Units, key_column
from fairness.report.as_json import as_json
from fairness.report.words import simpson_finding
from fairness.tests_of_difference import equality_test
from tests.unit.fairness.kit import report_on

MEASURE = Measure("selection_rate", "Rate", "Of all.", of="yes", worse="lower")


def units_of(counts: dict[tuple[str, ...], tuple[int, int]], columns=("g",)) -> Units:
    """(values of the columns) → (events, size)."""
    rows = []
    for values, (k, n) in counts.items():
        keys = {key_column(c): v for c, v in zip(columns, values, strict=True)}
        for picked, weight in ((1.0, k), (0.0, n - k)):
            rows.append({**keys, PICKED: picked, WEIGHT: float(weight)})
    frame = pd.DataFrame(rows)
    frame[MEASURE.column] = frame[PICKED]
    frame = frame[frame[WEIGHT] > 0].reset_index(drop=True)
    return Units(frame, tuple(columns), (), (MEASURE,), Source("table", "t", 1, "0" * 64))


def comparison(report, value):
    return next(c for c in report.comparisons if c.group == {"g": value})


def test_a_resample_costs_the_same_for_ten_thousand_and_for_ten_million_rows():
    seconds = []
    for n in (10_000, 10_000_000):
        cell = report_on(units_of({("a",): (n // 3, n), ("b",): (n // 2, n)})).measures[1]
        began = time.process_time()
        resample(cell, 10_000, np.random.default_rng(1))
        seconds.append(time.process_time() - began)
    assert seconds[1] < 20 * seconds[0] + 0.05


def test_trap_2_a_bootstrap_interval_of_the_largest_difference_is_no_verdict():
    dice = np.random.default_rng(3)
    above_zero = flagged = 0
    for _ in range(30):
        drawn = {(g,): (int(dice.binomial(120, 0.4)), 120) for g in "abcde"}
        report = report_on(units_of(drawn))
        gap = next(f for f in report.summary if f.name == "demographic_parity_difference")
        above_zero += (gap.low or 0.0) > 0
        flagged += any(c.verdict == "evidence_of_disparity" for c in report.comparisons)
    assert above_zero == 30  # as facts have it: an interval above zero under a true null
    assert flagged <= 4


def test_bounds_give_the_unrecorded_to_either_side():
    report = report_on(units_of({("a",): (50, 100), ("b",): (30, 100), ("not recorded",): (6, 10)}))
    found = comparison(report, "b")
    assert found.bound_low == pytest.approx(30 / 104 - 56 / 106)
    assert found.bound_high == pytest.approx(36 / 106 - 50 / 104)
    assert found.bound_low < found.difference < found.bound_high


def test_drift_is_found_against_an_earlier_report_and_only_where_there_is_some():
    earlier = as_json(report_on(units_of({("a",): (500, 1000), ("b",): (500, 1000)})))
    report = report_on(units_of({("a",): (500, 1000), ("b",): (300, 1000)}), earlier=earlier)
    changed = {d.group.get("g"): (d.changed, d.direction) for d in report.drift}
    assert changed["b"] == (True, "worse") and changed["a"] == (False, "")
    assert report_on(units_of({("a",): (5, 10)})).drift == ()


def test_a_file_that_is_no_report_is_refused(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("{}")
    with pytest.raises(EarlierReportWrong):
        read_earlier(path)


def test_a_planted_intersection_that_every_single_column_misses_is_found():
    """Harm where three attributes meet in odd number; each alone and each pair is even."""
    columns = ("a", "b", "c")
    cells = {}
    for x in range(8):
        bits = tuple(str(x >> i & 1) for i in range(3))
        cells[bits] = (240 if sum(map(int, bits)) % 2 else 300, 400)
    report = report_on(units_of(cells, columns))
    found = {len(c.by) for c in report.comparisons if c.verdict == "evidence_of_disparity"}
    assert found == {3}


def coverage(dice, n: int, rate: float, other: float, times: int) -> tuple[float, float]:
    """How often the interval of a rate, and of a difference, holds the truth."""
    ks, js = dice.binomial(n, rate, times), dice.binomial(n, other, times)
    held = gaps = 0
    for k, j in zip(ks, js, strict=True):
        a, b = wilson(k, n), wilson(j, n)
        held += a[0] <= rate <= a[1]
        low, high = difference_interval(k / n, a, j / n, b)
        gaps += low <= rate - other <= high
    return held / times, gaps / times


def test_intervals_cover_quick():
    dice = np.random.default_rng(11)
    rates = [coverage(dice, 60, p, min(0.95, p + 0.1), 400) for p in dice.uniform(0.05, 0.9, 10)]
    means = np.mean(rates, axis=0)
    assert np.all((means > 0.93) & (means < 0.97))


@pytest.fixture
def say(capsys):
    """Prints a figure for docs/audit.md, whatever pytest captures."""

    def write(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return write


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("n", [15, 30, 100, 500, 5000])
def test_intervals_cover_between_93_5_and_96_5_percent(n, say):
    """Over rates from .05 to .95, as a report over many measures meets them."""
    dice = np.random.default_rng(n)
    rates = [
        coverage(dice, n, p, float(np.clip(p + d, 0.02, 0.98)), 1000)
        for p, d in zip(dice.uniform(0.05, 0.95, 40), dice.uniform(-0.2, 0.2, 40), strict=True)
    ]
    means = np.mean(rates, axis=0)
    say(f"coverage, n = {n}: rates {means[0]:.4f}, differences {means[1]:.4f}")
    assert np.all((means >= 0.935) & (means <= 0.965)), means


def reports_that_flag(dice, reports: int, sizes, rates) -> float:
    flagged = 0
    for _ in range(reports):
        drawn = {
            (g, h): (int(dice.binomial(n, rates[g])), n)
            for g, n in sizes.items()
            for h in "xyz"
        }  # fmt: skip
        report = report_on(units_of(drawn, ("g", "h")), resamples=0)
        flagged += any(c.verdict == "evidence_of_disparity" for c in report.comparisons)
    return flagged / reports


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_under_no_disparity_at_most_one_report_in_twenty_flags(say):
    dice = np.random.default_rng(5)
    sizes, rates = {"a": 400, "b": 120, "c": 40, "d": 15}, dict.fromkeys("abcd", 0.3)
    share = reports_that_flag(dice, 400, sizes, rates)
    say(f"no disparity: {share:.4f} of 400 reports flag")
    assert share <= 0.05 + 1.96 * (0.05 * 0.95 / 400) ** 0.5


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_power_for_five_points_is_what_the_report_says_it_can_detect(say):
    dice = np.random.default_rng(6)
    n, flagged, able = 1800, 0, []
    for _ in range(200):
        drawn = {("a",): (int(dice.binomial(n, 0.30)), n), ("b",): (int(dice.binomial(n, 0.35)), n)}
        report = report_on(units_of(drawn), resamples=0)
        found = next(iter(report.comparisons))
        flagged += found.verdict == "evidence_of_disparity"
        able.append(found.detectable)
    low = float(np.mean(able))
    say(f"30 % against 35 %, n = {n}: {flagged} of 200 flag; able to detect {low:.4f}")
    assert 0.80 <= flagged / 200 <= 0.97
    assert np.mean(able) < 0.05  # the report says a gap of five points would be found, and it is


def test_bounds_count_everyone_who_is_not_recorded_for_whichever_reason():
    counts = {("a",): (50, 100), ("b",): (30, 100)}
    both = {("not recorded: left empty",): (4, 6), ("not recorded: prefers not to say",): (2, 4)}
    found = comparison(report_on(units_of({**counts, **both})), "b")
    whole = comparison(report_on(units_of({**counts, ("not recorded",): (6, 10)})), "b")
    assert found.bound_low == whole.bound_low is not None
    assert found.bound_high == whole.bound_high
    silent = comparison(report_on(units_of({**counts, **both})), "not recorded: left empty")
    assert silent.bound_low is None


def test_nothing_is_rounded_to_nought_with_an_exact_figure_beside_it():
    counts = {("a",): (50, 100), ("b",): (1, 2), ("not recorded",): (10, 10)}
    report = report_on(units_of(counts), threshold=2, rounding=5)
    small = next(c for c in report.measures if c.group == {"g": "b"})
    assert (small.status, small.n, small.value) == ("suppressed", None, None)


def in_pairs(a: int, b: int):
    """Two groups of 100 rows each, every two of one household alike."""
    units = units_of({("a",): (a, 100), ("b",): (b, 100)})
    frame = units.frame.loc[units.frame.index.repeat(units.frame[WEIGHT].astype(int))]
    frame = frame.reset_index(drop=True).assign(**{WEIGHT: 1.0})
    frame[CLUSTER] = [str(i // 2) for i in range(len(frame))]
    return replace(units, frame=frame)


def test_drift_knows_how_sure_the_earlier_report_was():
    """Fifty pairs are not a hundred people."""
    earlier = as_json(report_on(in_pairs(60, 50)))
    row = next(m for m in earlier["measures"] if m["group"] == {"g": "a"})
    now = report_on(in_pairs(44, 50), earlier=earlier, alpha=0.05)
    cell = next(c for c in now.measures if c.group == {"g": "a"})
    assert _effective(row, 0.6, 0.95) == pytest.approx(49)
    assert cell.n_effective == pytest.approx(49)
    drifted = next(d for d in now.drift if d.group == {"g": "a"})
    assert drifted.p == pytest.approx(equality_test([0.44 * 49, 0.6 * 49], [49, 49]).p)
    assert drifted.p > equality_test([0.44 * 49, 60], [49, 100]).p + 0.02


@pytest.mark.parametrize("k", [0, 3, 50, 99, 100])
def test_an_independent_sample_is_as_large_as_it_was(k):
    low, high = wilson(k, 100)
    assert _effective({"n": 100, "k": k, "low": low, "high": high}, k / 100, 0.95) == 100


def test_a_gap_that_is_only_inside_the_strata_is_not_said_to_hold():
    """Half of each group over all; inside either stratum b fares worse."""
    rows = {("a", "x"): (40, 50), ("a", "y"): (10, 50), ("b", "x"): (49, 80), ("b", "y"): (1, 20)}
    units = units_of(rows, ("g", "s"))
    report = report_on(replace(units, groups=("g",), within=("s",)))
    (row,) = report.simpson
    assert (row.pooled, row.below, row.finding) == (0.0, 2, "grows")
    assert row.conditional < -0.1 and "It is larger there" in simpson_finding(row, "s")
