"""Rows of numbers in bytes: what comes back is what was put in, to half a step of its row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlu.components.in_bytes import in_bytes

NUMBERS = st.floats(-1e3, 1e3, width=32)


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_row_comes_back_to_half_a_step(rows):
    whole = np.array(rows, np.float32)
    held, scale = in_bytes(whole)
    assert held.dtype == np.int8 and scale.shape == (len(rows),)
    largest = np.abs(whole).max(axis=1, keepdims=True)
    assert (np.abs(held * scale[:, None] - whole) <= largest / 254 * 1.01 + 1e-9).all()


def test_a_row_of_nothing_stays_nothing():
    held, scale = in_bytes(np.zeros((2, 3)))
    assert (held * scale[:, None] == 0).all()
