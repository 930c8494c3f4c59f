"""Intervals and tests against other implementations and hand-worked figures."""

import math

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
)

from fairness.intervals import difference_interval, order_interval, quantile, wilson
from fairness.summary import smoothed_differential_fairness
from fairness.tests_of_difference import equality_test, holm, smallest_detectable


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 10), (3, 8), (557, 1835), (10, 10)])
def test_wilson_agrees_with_statsmodels(k, n):
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


def test_a_group_of_one_gets_a_wide_interval():
    low, high = wilson(1, 1)
    assert low < 0.21 and high == 1.0


@pytest.mark.parametrize(("a", "b"), [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((0, 10), (0, 20))])
def test_newcombe_agrees_with_statsmodels(a, b):
    theirs = confint_proportions_2indep(*a, *b, compare="diff", method="newcomb")
    ours = difference_interval(a[0] / a[1], wilson(*a), b[0] / b[1], wilson(*b))
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_newcombe_agrees_with_his_own_table():
    # Newcombe 1998, table II, method 10: 56/70 - 48/80 and 9/10 - 3/10.
    low, high = difference_interval(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    low, high = difference_interval(0.9, wilson(9, 10), 0.3, wilson(3, 10))
    assert (round(low, 4), round(high, 4)) == (0.1705, 0.8090)


def test_quantile_is_numpys_linear_one_and_knows_infinity():
    values = sorted([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    for q in (0.1, 0.5, 0.9):
        assert quantile(values, q) == pytest.approx(np.quantile(values, q))
    assert quantile([1.0, 2.0, math.inf], 0.5) == 2.0
    assert quantile([1.0, math.inf], 0.5) == math.inf


def test_order_interval_of_a_median_holds_its_coverage():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(2000):
        sample = np.sort(rng.exponential(size=21)).tolist()
        low, high = order_interval(sample, 0.5)
        hits += low <= math.log(2) <= high
    assert hits / 2000 >= 0.94


def test_too_few_values_leave_the_upper_end_open():
    assert order_interval([5.0, 6.0, 7.0], 0.9)[1] is None


def test_two_groups_get_fishers_test():
    ours = equality_test([25, 3], [43, 15])
    assert ours.p == pytest.approx(fisher_exact([[25, 18], [3, 12]]).pvalue)
    assert ours.method == "Fisher's exact test"


def test_many_large_groups_get_chi_square():
    ours = equality_test([120, 202, 90], [325, 593, 300])
    theirs = chi2_contingency([[120, 202, 90], [205, 391, 210]], correction=False)
    assert (ours.p, ours.statistic) == pytest.approx((theirs.pvalue, theirs.statistic))


def test_many_small_groups_get_a_permutation_test_that_agrees_with_the_exact_one():
    ours = equality_test([16, 3, 3], [25, 8, 8])
    assert "permutation" in ours.method
    # The exact conditional p of this 2 x 3 table, by enumeration of all tables.
    assert ours.p == pytest.approx(exact_p([16, 3, 3], [25, 8, 8]), abs=0.012)
    assert ours == equality_test([16, 3, 3], [25, 8, 8])


def exact_p(ks, ns):
    total, events = sum(ns), sum(ks)

    def statistic(cell):
        return sum((k - n * events / total) ** 2 / n for k, n in zip(cell, ns, strict=True))

    tables = [
        (a, b, events - a - b)
        for a in range(ns[0] + 1)
        for b in range(ns[1] + 1)
        if 0 <= events - a - b <= ns[2]
    ]
    chance = [math.prod(math.comb(n, k) for n, k in zip(ns, t, strict=True)) for t in tables]
    extreme = sum(
        c for c, t in zip(chance, tables, strict=True) if statistic(t) >= statistic(ks) - 1e-9
    )
    return extreme / sum(chance)


def test_no_variation_is_no_evidence():
    assert equality_test([0, 0, 0], [9, 9, 9]).p == 1.0
    assert equality_test([9, 4], [9, 4]).p == 1.0


def test_holm_agrees_with_statsmodels():
    ps = [0.01, 0.04, 0.03, 0.005, 0.9]
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1])
    assert holm([]) == ()


def test_smallest_detectable_has_about_the_stated_power():
    gap = smallest_detectable(500, 500, 0.3, 0.05, 0.8)
    power = power_proportions_2indep(gap, 0.3, 500, alpha=0.05).power
    assert power == pytest.approx(0.8, abs=0.03)


def test_groups_too_small_to_find_any_gap_say_so():
    assert smallest_detectable(2, 2, 0.5, 0.05, 0.8) is None


def test_smoothed_differential_fairness_by_hand():
    # (3 + .5)/(4 + 1) = .7 and (1 + .5)/(4 + 1) = .3, both ways round.
    assert smoothed_differential_fairness([[3, 1], [1, 3]]) == pytest.approx(math.log(0.7 / 0.3))
    # Three outcomes share the prior weight: (2 + 1/3)/(3 + 1) against (0 + 1/3)/(3 + 1).
    assert smoothed_differential_fairness([[2, 1, 0], [0, 1, 2]]) == pytest.approx(math.log(7))
    assert smoothed_differential_fairness([[3, 1]]) is None
