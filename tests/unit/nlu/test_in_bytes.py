"""Rows of numbers in bytes: what comes back is what was put in, to half a step of its row."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.in_bytes import in_bytes


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e3])
def test_a_row_comes_back_to_half_a_step(size):
    whole = (np.random.default_rng(0).normal(0, size, (200, 7))).astype(np.float32)
    held, scale = in_bytes(whole)
    assert held.dtype == np.int8 and scale.shape == (200,)
    largest = np.abs(whole).max(axis=1, keepdims=True)
    assert (np.abs(held * scale[:, None] - whole) <= largest / 254 * 1.01).all()


def test_a_row_of_nothing_stays_nothing():
    held, scale = in_bytes(np.zeros((2, 3)))
    assert (held * scale[:, None] == 0).all()
