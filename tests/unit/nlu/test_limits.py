"""From where on it is danger, and from where on a message is familiar."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.examples import Examples
from nlu.components.limits import DANGER, danger_limits, familiar_from, likeness
from nlu.components.mixing import ALL


def test_nine_in_ten_unseen_phrases_are_familiar_enough():
    near = np.linspace(0.0, 1.0, 101)
    found = familiar_from(near, ["pl"] * 101)
    assert found[ALL] == pytest.approx(0.1) and found["pl"] == pytest.approx(0.1)
    assert [likeness(one, 0.1) for one in (-0.5, 0.05, 0.1, 0.9)] == [0.0, 0.5, 1.0, 1.0]
    assert likeness(0.3, 0.0) == 1.0


def test_the_limit_of_danger_lets_few_look_alikes_pass():
    labels = ["crisis_abuse"] * 100 + ["service_pothole"] * 200
    alike = [False] * 100 + [True] * 200
    likely = np.concatenate([np.full(100, 0.8), np.linspace(0.0, 0.6, 200)])
    sure = np.column_stack([likely, 1 - likely])
    names = ("crisis_abuse", "service_pothole")
    spoken = ["uk"] * 300
    limits = danger_limits(Examples(labels, labels, spoken, None, (), alike), names, sure)
    assert 0 < (likely[100:] >= limits[ALL]).sum() <= 4
    assert danger_limits(Examples(labels, labels, spoken), names, sure) == {ALL: DANGER}
