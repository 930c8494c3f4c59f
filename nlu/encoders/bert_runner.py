"""Runs a graph of nlu/encoders/bert_graph.py: one thread a text, many texts at once in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.encoders.bert_graph import IN, Graph
from nlu.encoders.port import Array

MANY = 32
"""Texts that go together where nothing says otherwise."""


class BertRunner:
    """Safe to use from several threads."""

    def __init__(self, session: Any, together: int) -> None:
        self._session, self._together = session, together

    @classmethod
    def start(cls, graph: Graph, together: int = MANY) -> BertRunner:
        """Load a graph. One thread: a worker answers as many people at once as it has cores.
        ``together``: texts at once, at most; 1 where numbers are brought to few bits over all of
        them, so that a text has the same vector whatever it comes with."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        made = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in graph.weights.values()]
        options.add_external_initializers(list(graph.weights), made)
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # hands memory back after a long text
        here = ["CPUExecutionProvider"]
        return cls(onnxruntime.InferenceSession(graph.model, options, providers=here), together)

    def means(self, texts: Sequence[Array]) -> Array:
        """One row a text, of length 1, from its embedded tokens, tokens × width.

        Texts of the same number of tokens go together, so that none is padded.
        """
        rows = np.zeros((len(texts), texts[0].shape[1] if texts else 1), np.float32)
        for places in _alike([len(one) for one in texts], self._together):
            stacked = np.stack([texts[place] for place in places]).astype(np.float32)
            rows[places] = self._session.run(None, {IN: stacked})[0]
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _alike(lengths: Sequence[int], together: int) -> list[list[int]]:
    """The places of equal lengths, at most ``together`` of them."""
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    return [
        places[start : start + together]
        for places in by_length.values()
        for start in range(0, len(places), together)
    ]
