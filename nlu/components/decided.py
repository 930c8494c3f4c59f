"""What is made of a message's confidences: danger comes first, and wishes weigh more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.intents import WISHES, danger_of
from nlu.components.examples import ENGLISH
from nlu.components.mixing import ALL

Array = Any  # numpy arrays carry no useful types here
WISH_ODDS = {ENGLISH: 4.0, "cy": 1.0, ALL: 2.0}
"""Whoever asks for a person often names the service as well, and being sent to a page instead is
the worse mistake. Chosen on English wishes by another writer than the phrases', of which many more
were heard with it. A language with a few phrases for a service and hundreds for a wish loses
services by so much: the others have what their services bear on the gate's sets, Welsh nothing."""
FAINT = 0.5
"""Danger that is merely the likeliest of many unlikely intents is not told apart from anything
else: below this sum, the message is asked about again, with a person on offer."""


def dangers_of(names: Sequence[str]) -> list[int]:
    """The places of the danger intents among ``names``."""
    return [i for i, name in enumerate(names) if danger_of(name)]


def wishes_of(names: Sequence[str]) -> list[int]:
    """The places of the wishes (person, face to face, digital barrier) among ``names``."""
    return [i for i, name in enumerate(names) if name in WISHES]


def hears_danger(sure: Array, names: Sequence[str], limit: float) -> Array:
    """Of which messages danger is heard: the sum of the danger intents reaches ``limit``, or one
    of them is the likeliest of all and the sum is not faint. ``sure``: confidences, texts ×
    ``names``."""
    dangers = dangers_of(names)
    likely = sure[:, dangers].sum(axis=1)
    first = np.isin(sure.argmax(axis=1), dangers) & (likely >= FAINT)
    return first | (likely >= limit) & bool(dangers)


def with_wishes(sure: Array, names: Sequence[str], language: str) -> Array:
    """The confidences, texts × ``names`` or one row, with the odds of wishes raised. Danger is
    weighed without."""
    odds = np.ones(len(names))
    odds[wishes_of(names)] = WISH_ODDS.get(language, WISH_ODDS[ALL])
    raised = sure * odds
    return raised / raised.sum(axis=-1, keepdims=True)


def understood(
    sure: Array, truth: Array, names: Sequence[str], language: str, limit: float
) -> Array:
    """Which messages are understood: danger as danger, whichever, and anything else as what it
    is. ``truth``: the places of their labels."""
    heard = hears_danger(sure, names, limit)
    named = with_wishes(sure, names, language).argmax(axis=1) == truth
    meant: Array = np.isin(truth, dangers_of(names))
    return np.where(meant, heard, named & ~heard)
