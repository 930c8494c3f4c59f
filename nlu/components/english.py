"""A reading of English alone: small networks over what encoders make of a message.

The encoder of many languages reads English less finely than one of the same size that knows
nothing else. Networks over the vectors of both (nlu/components/networks.py) are one reading more
of the blend. Networks over those of the encoder of English alone are enough for messages that they
are sure of, in a fraction of the other encoder's time (nlu/components/early.py). Measured on HWU64
and CLINC150 (docs/performance.md): other languages have no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.networks import Networks, train_networks
from nlu.components.phrases import Phrases, arrange

Array = Any  # numpy arrays carry no useful types here
ARRAYS = "english.npz"
BOTH, ALONE = "", "alone_"
PHRASES = ("phrases", "scale", "keys")


@dataclass(frozen=True)
class English:
    """``both``: over the vectors of the encoder of all languages and of that of English;
    ``alone``: over the latter's, or None in a model from before there were such. ``phrases``: by
    the vectors of the encoder of English; of an older model they have no labels."""

    both: Networks
    alone: Networks | None
    phrases: Phrases

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        alone = {} if self.alone is None else self.alone.arrays(ALONE)
        phrases = {f"of_{name}": array for name, array in self.phrases.arrays().items()}
        np.savez(folder / ARRAYS, **self.both.arrays(BOTH), **alone, **phrases)

    @classmethod
    def load(cls, folder: Path) -> English:
        """Read what ``save`` wrote, now or in an earlier version."""
        with np.load(folder / ARRAYS, allow_pickle=False) as held:
            both = Networks.of(held, BOTH)
            if f"{ALONE}inner" not in held:
                return cls(both, None, _older(held))
            phrases = {name[3:]: held[name] for name in held.files if name.startswith("of_")}
            return cls(both, Networks.of(held, ALONE), Phrases.of(phrases))


def train_english(
    vectors: Array, english: Array, truth: Array, labels: int, texts: Sequence[str] = ()
) -> English | None:
    """Learn from the vectors of phrases and the places of their labels, ``truth``, of ``labels``
    that there are. ``texts``: the phrases, where they are to be known again. None where fewer than
    two labels have phrases."""
    if len(np.unique(truth)) < 2:
        return None
    both, alone = train_networks([vectors, english], truth), train_networks([english], truth)
    return English(both, alone, arrange(english, truth, labels, texts))


def _older(held: Mapping[str, Array]) -> Phrases:
    """Before there were early answers, vectors were kept as they came and without labels."""
    phrases, scale, keys = (held[name] for name in PHRASES)
    return Phrases(np.zeros(phrases.shape[1]), phrases, scale, np.zeros(0, int), keys)
