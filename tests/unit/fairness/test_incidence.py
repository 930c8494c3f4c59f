"""Time to resolution with giving up as a competing end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from fairness.decisions_file import read_decisions
from fairness.incidence import GAVE_UP, OPEN, RESOLVED, cumulative_incidence
from tests.unit.fairness.kit import report_on


def estimate(times, ends, horizon, counts=None):
    counts = np.ones(len(times)) if counts is None else np.asarray(counts, float)
    return cumulative_incidence(np.asarray(times, float), np.asarray(ends, float), counts, horizon)


def test_the_published_example_of_satagopan_and_others():
    """Br J Cancer 91 (2004) 1229, table 2: 305 patients, the first nine as printed there."""
    times = [7, 10, 14, 16, 18, 23, 24, 26, 27, *[200] * 296]
    ends = [OPEN, RESOLVED, OPEN, RESOLVED, GAVE_UP, RESOLVED, OPEN, GAVE_UP, RESOLVED]
    ends += [OPEN] * 296
    printed = {10: 0.3, 16: 0.6, 23: 0.9, 27: 1.2}  # the table's own rounding, step by step
    for month, percent in printed.items():
        assert 100 * estimate(times, ends, month).value == pytest.approx(percent, abs=0.13)
    # By hand, without rounding on the way: 1/304 + 303/304 × 1/302 + …
    stay = 1.0
    by_hand = 0.0
    for risk, solved in ((304, 1), (302, 1), (301, 0), (300, 1), (298, 0), (297, 1)):
        by_hand += stay * solved / risk
        stay *= 1 - 1 / risk
    assert estimate(times, ends, 27).value == pytest.approx(by_hand, abs=1e-15)


def test_it_agrees_with_statsmodels_to_1e_12():
    dice = np.random.default_rng(8)
    times, ends = dice.integers(1, 30, 400), dice.choice([0, 1, 2], 400, p=[0.3, 0.5, 0.2])
    theirs = CumIncidenceRight(times, ends)
    for horizon in (3, 10, 25):
        last = np.searchsorted(theirs.times, horizon, "right") - 1
        assert estimate(times, ends, horizon).value == pytest.approx(
            theirs.cinc[0][last], abs=1e-12
        )


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([RESOLVED, GAVE_UP])), min_size=2),
    st.integers(1, 12),
)
def test_with_nobody_still_open_it_is_the_plain_share(rows, horizon):
    times, ends = np.array(rows, float).T
    found = estimate(times, ends, horizon)
    share = np.mean((times <= horizon) & (ends == RESOLVED))
    assert found.value == pytest.approx(share, abs=1e-9)
    assert found.variance == pytest.approx(share * (1 - share) / len(rows), abs=1e-9)
    if 0 < share < 1:
        assert found.n_effective == pytest.approx(len(rows), rel=1e-6)


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0, 1, 2])), min_size=1, max_size=40))
def test_counts_stand_for_rows_and_it_never_falls(rows):
    times, ends = np.array(rows, float).T
    double = estimate(np.repeat(times, 2), np.repeat(ends, 2), 5)
    assert estimate(times, ends, 5, np.full(len(rows), 2)).value == pytest.approx(double.value)
    along = [estimate(times, ends, h).value for h in range(10)]
    assert along == sorted(along) and 0 <= along[-1] <= 1 + 1e-12


def test_the_interval_covers_where_many_are_still_open():
    """Half are watched for less than the time asked about."""
    dice = np.random.default_rng(12)
    truth, held, times_run = 0.6 * (1 - np.exp(-1.0)), 0, 600
    from fairness.intervals import wilson

    for _ in range(times_run):
        wait, watched = dice.exponential(1.0, 120), dice.uniform(0.2, 2.0, 120)
        how = np.where(dice.random(120) < 0.6, RESOLVED, GAVE_UP)
        ends = np.where(wait <= watched, how, OPEN)
        found = estimate(np.minimum(wait, watched), ends, 1.0)
        low, high = wilson(found.value * found.n_effective, found.n_effective)
        held += low <= truth <= high
    assert 0.93 <= held / times_run <= 0.975


def test_to_leave_out_those_who_gave_up_would_say_more():
    times, ends = [1, 2, 3, 4] * 10, [RESOLVED, GAVE_UP, GAVE_UP, RESOLVED] * 10
    honest = estimate(times, ends, 5).value
    as_open = estimate(times, np.where(np.array(ends) == GAVE_UP, OPEN, ends), 5).value
    assert honest == 0.5 and as_open > 0.9


def test_nobody_watched_long_enough_cannot_be_told(write):
    rows = ["conversation_id,who,minutes,outcome"]
    rows += [f"a{i},a,{10 + i},resolved" for i in range(20)]
    rows += [f"b{i},b,{5 + i},{'resolved' if i < 10 else ''}" for i in range(20)]
    rows += [f"c{i},c,2000,resolved" for i in range(20)]
    report = report_on(read_decisions(write("\n".join(rows) + "\n"), ("who",), None))
    found = {
        c.group["who"]: c for c in report.measures
        if c.measure.name == "resolved_in_a_day_rate" and c.by
    }  # fmt: skip
    assert found["a"].value == 1.0 and found["c"].value == 0.0
    assert found["b"].status == "not_estimable" and "long enough" in found["b"].reason
