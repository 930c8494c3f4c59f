"""Shares, intervals, macro-F1 and calibration error."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.shares import calibration_by_chance, calibration_error, macro_f1, share, wilson


@pytest.mark.parametrize("n", [1, 2, 7, 30, 500])
def test_the_interval_holds_the_share_and_stays_between_0_and_1(n):
    for k in range(n + 1):
        low, high = wilson(k, n)
        assert 0 <= low <= k / n + 1e-12 and k / n - 1e-12 <= high <= 1


def test_wilsons_interval_is_the_published_one():
    # Newcombe 1998, table I: 81 of 263 and 0 of 20
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_no_messages_have_no_share():
    assert share("kind", "en", "human", []).share is None


def test_macro_f1_counts_every_label_alike():
    truth, guessed = ["a"] * 8 + ["b"] * 2, ["a"] * 10
    assert macro_f1(truth, guessed) == pytest.approx((16 / 18) / 2)


def test_calibration_error_is_nothing_when_confidence_is_true():
    sure, right = [0.75] * 100, [i % 4 != 0 for i in range(100)]
    assert calibration_error(sure, right, bins=1) == pytest.approx(0.0)
    assert calibration_error([1.0] * 100, [False] * 100) == pytest.approx(1.0)


def test_chance_alone_makes_an_error_that_shrinks_with_the_messages():
    few, many = calibration_by_chance([0.7] * 40), calibration_by_chance([0.7] * 4000)
    assert 0.1 < few < 0.35 and many < few / 5
    assert calibration_by_chance([1.0] * 40) == calibration_by_chance([]) == 0.0


def test_a_calibrated_model_stays_below_what_chance_makes_95_times_in_100():
    draw = np.random.default_rng(5)
    sure = list(draw.uniform(0.3, 1.0, 60))
    limit = calibration_by_chance(sure)
    worlds = [list(draw.random(60) < np.array(sure)) for _ in range(400)]
    below = sum(calibration_error(sure, right) <= limit for right in worlds)
    assert 0.91 <= below / 400 <= 0.985
