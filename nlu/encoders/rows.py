"""Rows of a large table that stays on disk: of a quarter of a million words, a message needs ten.

They are read and not mapped: a mapped table grows into the process page by page, and the
operating system keeps what is read often anyway.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.encoders.port import Array


def read_part(path: Path, start: int, size: int) -> Array:
    """``size`` bytes from ``start`` on, uint8. Raises ValueError when the file ends before."""
    found = np.fromfile(path, np.uint8, size, offset=start)
    if len(found) < size:
        raise ValueError(f"it ends after {start + len(found)} bytes")
    return found


class Rows:
    """``size`` bytes a row, the first at ``start``. Safe to use from several threads."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file, self._start, self._size = path.open("rb"), start, size

    def take(self, numbers: Sequence[int]) -> Array:
        """The rows of these numbers, n × size, uint8."""
        file, size = self._file.fileno(), self._size
        found = [os.pread(file, size, self._start + size * number) for number in numbers]
        return np.frombuffer(b"".join(found), np.uint8).reshape(len(numbers), size)
