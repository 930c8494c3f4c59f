"""What all phrases of a language have in common in their vectors.

A sentence vector says which language a sentence is in nearly as loudly as what it means. With the
language's own middle taken away, a question in Somali and a passage in English can be compared.
The middles of the shipped phrases are in ``nlu/data/middles.npz`` (``python -m nlu.ship_vectors``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.port import SentenceEncoder

Array = Any  # numpy arrays carry no useful types here
SHIPPED = Path(__file__).resolve().parent / "data" / "middles.npz"


def read_middles(encoder: SentenceEncoder, path: Path = SHIPPED) -> dict[str, Array]:
    """Language → mean vector, d; nothing when ``path`` is absent or was made with another
    encoder."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["encoder"]) != encoder.name:
                return {}
            return dict(zip(kept["languages"].tolist(), kept["middles"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}


def write_middles(
    encoder: SentenceEncoder, vectors: Mapping[str, Array], path: Path = SHIPPED
) -> None:
    """Keep the middles of ``vectors``: language → its phrases' vectors, n × d, of length 1."""
    languages = sorted(vectors)
    means = [vectors[language].mean(axis=0) for language in languages]
    np.savez_compressed(
        path,
        encoder=np.array(encoder.name),
        languages=np.array(languages),
        middles=np.stack(means).astype(np.float32),
    )
