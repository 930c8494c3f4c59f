"""Rows of numbers in a byte each, so that the model needs a quarter of the memory.

Each row has a scale of its own, by which its bytes are multiplied; the error is at most half of
it, 1/254 of the row's largest number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here


def in_bytes(rows: Array) -> tuple[Array, Array]:
    """Bytes, n × d, and the scale of each row, n, float32."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    scale = np.maximum(largest / 127, 1e-12).astype(np.float32)
    return np.ascontiguousarray(np.round(rows / scale[:, None]).astype(np.int8)), scale
