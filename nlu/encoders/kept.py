"""Vectors of training phrases, so that a phrase is encoded once: encoding is the slow part.

Those of the phrases that come with Fairway are in ``nlu/data/vectors.npz``, made by
``python -m nlu.ship_vectors``; those of a council's own phrases are kept beside its models.
What all vectors have in common (``nlu/data/common.npy``) is taken away first, and the rest counted
in steps: what is kept points the way that the encoder's does (the cosine between them is above
0.999), and packs into half a byte a number.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from nlu.encoders.port import Array, SentenceEncoder

FILE = "FAIRWAY_VECTORS"
"""Set by nlu/train.py: the file to keep a council's own in. Without it they are not kept."""
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "vectors.npz"
COMMON = SHIPPED.with_name("common.npy")
"""Never made anew: what is kept anywhere was counted from it."""
STEP = 0.0065
"""As wide as keeps the cosine above 0.999, which a test asks for: the file is in the repository."""
FORM = 2
"""Of what is kept; part of every key, so that what was kept in another is made again."""
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
    return unpacked(np.stack([held[key_of(encoder, text)] for text in texts]))


def key_of(encoder: SentenceEncoder, text: str) -> int:
    """64 bits of a hash of how it is kept, the encoder's name and the text."""
    digest = hashlib.sha256(f"{FORM}\0{encoder.name}\0{text}".encode()).digest()
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
        rows = _packed(encoder.encode(part))
        found |= {key_of(encoder, text): row for text, row in zip(part, rows, strict=True)}
        if time.monotonic() - told > _TELL:
            told = time.monotonic()
            left = (told - began) / len(found) * (len(texts) - len(found))
            sys.stderr.write(f"  read {len(found)} of {len(texts)} phrases, {left:.0f} s left\n")
    return found


def unpacked(packed: Array) -> Array:
    """What was kept, n × d bytes, as vectors of length 1, float32."""
    return _of_length_one(packed.astype(np.float32) * STEP + _common(packed.shape[1]))


def _packed(vectors: Array) -> Array:
    rest = _of_length_one(vectors) - _common(vectors.shape[1])
    return np.clip(np.round(rest / STEP), -127, 127).astype(np.int8)


def _of_length_one(rows: Array) -> Array:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@cache
def _common(width: int) -> Array:
    """The middle of the shipped encoder's vectors; nothing for an encoder of another width."""
    middle = np.load(COMMON, allow_pickle=False).astype(np.float32)
    return middle if len(middle) == width else np.zeros(width, np.float32)
