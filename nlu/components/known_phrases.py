"""Training phrases by their texts: a message that is one of them, word for word, needs no encoder.

Short messages often are: "where is my bin". Their vectors are in the model anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here


def key_of(text: str) -> int:
    """64 bits of a hash of the text, whatever its capitals and spaces."""
    plain = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.sha256(plain.encode("utf-8", "replace")).digest()[:8], "big")


def keys_of(texts: Sequence[str]) -> Array:
    """The keys of many texts, uint64."""
    return np.array([key_of(text) for text in texts], np.uint64)


@dataclass(frozen=True)
class KnownPhrases:
    """``keys`` in order; ``places``: the row of each phrase."""

    keys: Array
    places: Array

    @classmethod
    def of(cls, keys: Array) -> KnownPhrases:
        """From the keys of rows 0, 1, 2 …"""
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], order)

    def find(self, text: str) -> int | None:
        """The row of the phrase that ``text`` is; None when it is none."""
        key = np.uint64(key_of(text))
        at = int(np.searchsorted(self.keys, key))
        return int(self.places[at]) if at < len(self.keys) and self.keys[at] == key else None
