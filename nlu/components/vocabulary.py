"""The features a classifier knows, in little memory.

A dict of a few hundred thousand names takes some 60 MB. A name is found here by Python's own hash
of it instead, which differs from process to process: it is counted when the names are read. Two of
a million names share 64 bits once in forty million times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here


@dataclass(frozen=True)
class Vocabulary:
    """``hashes``: of the names, n, in order; ``places``: where each name was in the list.
    ``names``: the list, as long as it is needed to save it."""

    hashes: Array
    places: Array
    names: Sequence[str] = ()

    @classmethod
    def of(cls, names: Sequence[str]) -> Vocabulary:
        """Names in the order of their features; none may be there twice."""
        hashes = _hashes(names, len(names))
        order = np.argsort(hashes)
        return cls(hashes[order], order.astype(np.int32), names)

    def without_names(self) -> Vocabulary:
        """To find places by, and no more."""
        return replace(self, names=())

    def __len__(self) -> int:
        return len(self.hashes)

    def __contains__(self, name: str) -> bool:
        return bool(self.find([name])[0] < len(self))

    def find(self, names: Sequence[str]) -> Array:
        """The place of each name; the vocabulary's length for a name that is unknown."""
        if not len(self):
            return np.zeros(len(names), dtype=np.int64)
        wanted = _hashes(names, len(names))
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self) - 1)
        return np.where(self.hashes[at] == wanted, self.places[at], len(self))


def _hashes(names: Iterable[str], count: int) -> Array:
    return np.fromiter(map(hash, names), np.int64, count)
