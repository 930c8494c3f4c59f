"""Vectors of training phrases, so that a phrase is encoded once: encoding is the slow part.

Those of the phrases that come with Fairway are in ``nlu/data/vectors.npz``, made by
``python -m nlu.ship_vectors``; those of a council's own phrases are kept beside its models.
A number is one of 53 steps, with one scale a vector: what is kept points the way that the encoder's
does (the cosine between them is above 0.999), and packs into less than a byte a number.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.encoders.port import Array, SentenceEncoder

FILE = "FAIRWAY_VECTORS"
"""Set by nlu/train.py: the file to keep a council's own in. Without it they are not kept."""
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "vectors.npz"
STEPS = 26
"""On either side of nothing: as few as keep the cosine above 0.999, which a test asks for. The file
is in the repository."""
_BATCH = 256
_TELL = 10.0  # seconds between two lines that tell how far it is


def encode_kept(encoder: SentenceEncoder, texts: Sequence[str]) -> Array:
    """The encoder's vectors of ``texts``, float32, one row a text, telling how far it is."""
    own = Path(os.environ[FILE]) if os.environ.get(FILE) else None
    held = read_vectors(SHIPPED) | read_vectors(own)
    missing = [text for text in dict.fromkeys(texts) if key_of(encoder, text) not in held]
    found = encode_new(encoder, missing)
    if own and found:
        write_vectors(own, read_vectors(own) | found)
    held |= found
    rows = np.stack([held[key_of(encoder, text)] for text in texts]).astype(np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def key_of(encoder: SentenceEncoder, text: str) -> int:
    """64 bits of a hash of the encoder's name and the text."""
    digest = hashlib.sha256(f"{encoder.name}\0{text}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def read_vectors(path: Path | None) -> dict[int, Array]:
    """What is kept in ``path``; nothing when it is absent or broken: it can be made again."""
    try:
        if path is None:
            return {}
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}


def write_vectors(path: Path, held: dict[int, Array]) -> None:
    """Keep ``held`` in ``path``, in one step, ordered so that the same gives the same file."""
    new = path.with_suffix(".new.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = sorted(held)
    vectors = np.stack([held[key] for key in keys])
    np.savez_compressed(new, keys=np.array(keys, np.uint64), vectors=vectors)
    new.replace(path)


def encode_new(encoder: SentenceEncoder, texts: Sequence[str]) -> dict[int, Array]:
    """The vectors of ``texts`` in bytes, by key, telling how far it is."""
    found: dict[int, Array] = {}
    began = told = time.monotonic()
    for start in range(0, len(texts), _BATCH):
        part = texts[start : start + _BATCH]
        rows = _in_bytes(encoder.encode(part))
        found |= {key_of(encoder, text): row for text, row in zip(part, rows, strict=True)}
        if time.monotonic() - told > _TELL:
            told = time.monotonic()
            left = (told - began) / len(found) * (len(texts) - len(found))
            sys.stderr.write(f"  read {len(found)} of {len(texts)} phrases, {left:.0f} s left\n")
    return found


def _in_bytes(vectors: Array) -> Array:
    """Each vector so that its largest number is ``STEPS``; its length is given back on reading."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.round(vectors / largest * STEPS).astype(np.int8)
