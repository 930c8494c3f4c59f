"""What must hold of every audit, whatever the data."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairness.audit import audit
from fairness.disclosure import hidden_places, recoverable, sums_between
from fairness.intervals import difference_interval, order_interval, quantile, wilson
from fairness.records import Measure, Rules, Source, Units
from fairness.report.as_csv import guarded
from fairness.summary import smoothed_differential_fairness
from fairness.tests_of_difference import equality_test, holm, smallest_detectable

SHARE = Measure("selection_rate", "Selected", "Selected.", of="y", worse="lower")
WAIT = Measure("handoff_wait_median_seconds", "Wait", "Wait.", kind="quantile")
SOURCE = Source("table", "made-up", 0, "0" * 64)


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


def units(frame: pd.DataFrame) -> Units:
    frame = frame.assign(**{WAIT.column: frame[SHARE.column] * 3.0 + 1.0})
    return Units(frame, ("a", "b"), (), (SHARE, WAIT), SOURCE)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    row = st.tuples(
        st.sampled_from(["x", "y", "z"]), st.sampled_from(["p", "q"]),
        st.sampled_from([0.0, 1.0, math.nan]), st.integers(1, 4),
    )  # fmt: skip
    rows = draw(st.lists(row, min_size=1, max_size=40))
    return pd.DataFrame(rows, columns=["group:a", "group:b", SHARE.column, "weight"]).astype(
        {"weight": float}
    )


@given(shares(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_inside_0_and_1_and_holds_the_estimate(share, confidence):
    k, n = share
    low, high = wilson(k, n, confidence)
    assert 0.0 <= low <= k / n <= high <= 1.0
    assert (low == 0.0) == (k == 0) and (high == 1.0) == (k == n)


@given(shares(), shares())
def test_newcombe_holds_the_difference_and_mirrors(a, b):
    p, q = a[0] / a[1], b[0] / b[1]
    low, high = difference_interval(p, wilson(*a), q, wilson(*b))
    back = difference_interval(q, wilson(*b), p, wilson(*a))
    assert -1.0 - 1e-12 <= low <= p - q <= high <= 1.0 + 1e-12
    assert back == pytest.approx((-high, -low), abs=1e-12)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_order_interval_holds_the_quantile(values, q):
    ordered = sorted(values)
    low, high = order_interval(ordered, q)
    assert 0.0 <= low <= quantile(ordered, q) <= (math.inf if high is None else high)


@given(st.lists(shares(), min_size=2, max_size=5))
@settings(max_examples=40, deadline=None)
def test_p_is_a_probability_and_knows_no_order(groups):
    ks, ns = zip(*groups, strict=True)
    one, other = equality_test(ks, ns), equality_test(ks[::-1], ns[::-1])
    assert 0.0 <= one.p <= 1.0
    assert one.p == pytest.approx(other.p, abs=0.02)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_lowers_a_p_and_keeps_their_order(ps):
    adjusted = holm(ps)
    assert all(p <= a <= 1.0 for p, a in zip(ps, adjusted, strict=True))
    in_order = [adjusted[i] for i in np.argsort(ps, kind="stable")]
    assert in_order == sorted(in_order)


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.floats(0, 1))
def test_larger_groups_detect_smaller_gaps(n, m, rate):
    few = smallest_detectable(n, m, rate, 0.05, 0.8)
    many = smallest_detectable(4 * n, 4 * m, rate, 0.05, 0.8)
    if few is not None:
        assert many is not None and 0.0 < many <= 1.0


@given(st.lists(st.lists(st.integers(0, 500), min_size=3, max_size=3), min_size=2, max_size=6))
def test_differential_fairness_is_0_only_for_equal_shares_and_knows_no_order(counts):
    value = smoothed_differential_fairness(counts)
    assert value is not None and value >= 0.0
    assert value == pytest.approx(smoothed_differential_fairness(counts[::-1]))
    assert smoothed_differential_fairness([counts[0], counts[0]]) == 0.0


@st.composite
def published_sizes(draw: st.DrawFn) -> dict[frozenset[tuple[str, str]], float]:
    """A table of up to three columns with all its margins."""
    columns = draw(st.integers(1, 3))
    levels = [draw(st.integers(1, 4)) for _ in range(columns)]
    counts = draw(
        st.lists(st.integers(0, 40), min_size=math.prod(levels), max_size=math.prod(levels))
    )
    sizes: dict[frozenset[tuple[str, str]], float] = {}
    for place, n in zip(np.ndindex(*levels), counts, strict=True):
        names = [(f"c{i}", str(level)) for i, level in enumerate(place)]
        for mask in range(2**columns):
            margin = frozenset(name for i, name in enumerate(names) if mask >> i & 1)
            sizes[margin] = sizes.get(margin, 0.0) + n
    return sizes


@given(published_sizes(), st.sampled_from([5, 10]))
@settings(max_examples=150, deadline=None)
def test_no_hidden_size_can_be_worked_out(sizes, threshold):
    hidden = hidden_places(sizes, threshold)
    sums = sums_between(sizes)
    assert {p for p, n in sizes.items() if 0 < n < threshold} <= hidden
    assert not recoverable(set(hidden), sums) or hidden == frozenset(sizes)
    for total in sums:
        blank = sum(place in hidden for place in (total.whole, *total.parts))
        assert blank != 1


@given(frames(), st.randoms())
@settings(max_examples=12, deadline=None)
def test_row_order_changes_nothing(frame, dice):
    order = list(range(len(frame)))
    dice.shuffle(order)
    rules = Rules(threshold=None, minimum=2)
    one = audit(units(frame), rules, {}, title="")
    other = audit(units(frame.iloc[order].reset_index(drop=True)), rules, {}, title="")
    assert [rounded(c) for c in one.measures] == [rounded(c) for c in other.measures]
    assert [c.verdict for c in one.comparisons] == [c.verdict for c in other.comparisons]


@given(frames())
@settings(max_examples=12, deadline=None)
def test_weights_equal_expanded_rows(frame):
    rules = Rules(threshold=None, minimum=2)
    rows = frame.loc[frame.index.repeat(frame["weight"].astype(int))].assign(weight=1.0)
    counted = replace(units(frame), measures=(SHARE,), weights="counts")
    expanded = replace(units(rows.reset_index(drop=True)), measures=(SHARE,))
    one, other = (audit(u, rules, {}, title="") for u in (counted, expanded))
    assert [rounded(c) for c in one.measures] == [rounded(c) for c in other.measures]


def rounded(cell):
    figures = (cell.value, cell.low, cell.high)
    return (
        cell.measure.key, dict(cell.group), cell.n, cell.k, cell.status,
        *(None if f is None else round(f, 12) for f in figures),
    )  # fmt: skip


@given(st.text(max_size=8))
def test_no_csv_cell_starts_a_formula(text):
    written = str(guarded(text))
    assert not written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert written in (text, f"'{text}")
