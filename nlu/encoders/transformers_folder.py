"""Any Hugging Face checkpoint in a folder: an operator's own encoder, at full precision.

The folder holds ``config.json``, ``tokenizer.json`` and ``model.safetensors``. Texts are pooled
by the mean of their tokens (Reimers & Gurevych 2019), as sentence-transformers does by default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.port import LONGEST, Array, EncoderMissing

_NEEDED = ("config.json", "tokenizer.json", "model.safetensors")
_BATCH, _TOKENS = 32, 128


class TransformersFolder:
    """A checkpoint run with TensorFlow. Loading takes seconds and some hundred megabytes."""

    def __init__(self, name: str, tokenizer: Any, run: Any) -> None:
        self.name, self._tokenizer, self._run = name, tokenizer, run

    @classmethod
    def start(cls, folder: str) -> TransformersFolder:
        """Raises EncoderMissing naming what is not in the folder."""
        path = Path(folder)
        absent = [name for name in _NEEDED if not (path / name).is_file()]
        if absent:
            what = f"{folder} is no checkpoint folder: {', '.join(absent)} not found"
            raise EncoderMissing(what, f"Put {', '.join(_NEEDED)} of a sentence encoder there.")
        weights = hashlib.sha256((path / "model.safetensors").read_bytes()).hexdigest()
        return cls(f"transformers:{weights[:16]}", *_load(path))

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text."""
        rows = [self._batch(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]
        return np.concatenate(rows) if rows else np.zeros((0, 1), np.float32)

    def _batch(self, texts: Sequence[str]) -> Array:
        readable = [t[:LONGEST].encode("utf-8", "replace").decode("utf-8") or " " for t in texts]
        read = self._tokenizer.encode_batch(readable)
        mask = np.array([one.attention_mask for one in read], np.int32)
        hidden = self._run(np.array([one.ids for one in read], np.int32), mask)
        rows = (hidden * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)[:, None]
        return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype("f4")


def _load(path: Path) -> tuple[Any, Any]:
    import tensorflow as tf
    from tokenizers import Tokenizer
    from transformers import TFAutoModel

    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    tokenizer.enable_truncation(_TOKENS)
    tokenizer.enable_padding()
    model = TFAutoModel.from_pretrained(str(path), local_files_only=True)
    shape = tf.TensorSpec((None, None), tf.int32)

    @tf.function(input_signature=(shape, shape))
    def forward(ids: Any, mask: Any) -> Any:
        return model(input_ids=ids, attention_mask=mask).last_hidden_state

    def run(ids: Array, mask: Array) -> Array:
        return forward(tf.constant(ids), tf.constant(mask)).numpy()

    return tokenizer, run
