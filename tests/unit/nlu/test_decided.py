"""What is made of confidences: danger, wishes, and what counts as understood."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.decided import WISH_ODDS, hears_danger, understood, with_wishes
from nlu.components.mixing import ALL

NAMES = ("crisis_abuse", "crisis_child", "human", "service_bins")


@pytest.mark.parametrize(
    ("sure", "heard"),
    [
        ([0.2, 0.2, 0.0, 0.6], True),  # the sum reaches the limit
        ([0.1, 0.1, 0.0, 0.8], False),
        ([0.34, 0.0, 0.33, 0.33], False),  # the likeliest, but faint
        ([0.51, 0.0, 0.0, 0.49], True),
    ],
)
def test_danger_is_heard_by_its_sum_or_as_the_likeliest_of_all(sure, heard):
    assert hears_danger(np.array([sure]), NAMES, 0.7 if sure[0] > 0.3 else 0.35) == [heard]


def test_where_no_intent_is_danger_none_is_heard():
    assert not hears_danger(np.array([[0.5, 0.5]]), ("a", "b"), 0.0).any()


@pytest.mark.parametrize("language", ["en", "cy", "pl"])
def test_the_odds_of_a_wish_are_raised_and_the_rest_keeps_its_order(language):
    names = ("human", "service_library", "service_pothole")
    raised = with_wishes(np.array([0.2, 0.5, 0.3]), names, language)
    assert raised.sum() == pytest.approx(1.0)
    assert raised[1] / raised[2] == pytest.approx(0.5 / 0.3)
    odds = WISH_ODDS.get(language, WISH_ODDS[ALL])
    assert raised[0] / raised[1] == pytest.approx(odds * 0.2 / 0.5)


def test_danger_is_understood_whichever_is_named_and_nothing_else_as_danger():
    sure = np.array([[0.1, 0.9, 0.0, 0.0], [0.3, 0.3, 0.0, 0.4], [0.0, 0.0, 0.3, 0.7]])
    assert understood(sure, np.array([0, 3, 2]), NAMES, "en", 0.25).tolist() == [True, False, True]
    assert understood(sure, np.array([3, 0, 3]), NAMES, "en", 0.7).tolist() == [False, False, False]
