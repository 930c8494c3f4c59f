"""How much each reading counts, by language."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.mixing import ALL, FEWEST, best_mixes, blend, surprise


def readings_of(truth: np.ndarray, strength: float, seed: int, wrong: float = 0.0) -> np.ndarray:
    """Log-probabilities of two labels that lean to the truth by ``strength``."""
    flip = np.random.default_rng(seed).random(len(truth)) < wrong
    seen = np.where(flip, 1 - truth, truth)
    scores = np.where(np.eye(2)[seen] == 1, strength, 0.0)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def test_a_reading_that_says_nothing_counts_for_nothing():
    truth = np.tile([0, 1], 200)
    good, noise = readings_of(truth, 2.0, 1, wrong=0.1), readings_of(truth, 2.0, 2, wrong=0.5)
    weights = best_mixes([good, noise], truth, [])[ALL]
    assert weights[0] > 5 * weights[1]


def test_confidences_of_the_best_mix_are_true():
    truth = np.tile([0, 1], 2000)
    bold = readings_of(truth, 8.0, 3, wrong=0.2)
    mix = best_mixes([bold], truth, [])[ALL]
    sure = np.exp(blend([bold], mix))
    sure = sure / sure.sum(axis=1, keepdims=True)
    assert sure.max(axis=1).mean() == pytest.approx(0.8, abs=0.02)


def test_each_language_has_its_own_calibration():
    truth = np.tile([0, 1], 100)
    timid, bold = readings_of(truth, 0.3, 1, wrong=0.05), readings_of(truth, 9.0, 2, wrong=0.3)
    read = np.vstack([timid, bold])
    mixes = best_mixes([read], np.concatenate([truth, truth]), ["cy"] * 200 + ["en"] * 200)
    assert mixes["cy"][0] > mixes[ALL][0] > mixes["en"][0]


def test_a_language_with_few_phrases_shares_the_mix_of_all():
    truth = np.array([0, 1] * FEWEST)
    read = readings_of(truth, 2.0, 1, wrong=0.1)
    languages = ["en"] * (2 * FEWEST - 5) + ["cy"] * 5
    assert set(best_mixes([read], truth, languages)) == {ALL, "en"}


def test_surprise_is_the_mean_of_minus_log_confidence():
    scores = np.log(np.array([[0.5, 0.5], [0.9, 0.1]]))
    expected = -(np.log(0.5) + np.log(0.1)) / 2
    assert surprise(scores, np.array([0, 1])) == pytest.approx(expected)
