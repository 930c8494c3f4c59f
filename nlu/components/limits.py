"""From where on it is danger, and from where on a message is like what is known.

Both are chosen on phrases that the readings had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.intents import danger_of
from nlu.components.decided import dangers_of
from nlu.components.examples import ENGLISH, Examples
from nlu.components.mixing import ALL

Array = Any  # numpy arrays carry no useful types here
FEWEST = 30
"""Phrases from which a limit is chosen."""
DANGER = 0.35
"""The sum of the danger intents from which it is danger, where no look-alikes say better."""
DANGER_BOUNDS = {ENGLISH: (0.2, 0.25), ALL: (0.2, 0.7)}
"""Between these the limit is chosen: for English, and for all other languages together."""
FALSE_ALARMS = 0.02
"""The share of look-alikes, all of them hard, that may be taken for danger."""
UNLIKE = 10
"""The percentile of unseen phrases' nearness below which a message is unlike what is known."""


def danger_limits(examples: Examples, names: Sequence[str], sure: Array) -> dict[str, float]:
    """The lowest sums of the danger intents at which few enough look-alikes are taken for
    danger, within bounds: danger that is missed costs more. For English, which has most phrases,
    and under ``""`` for the others together. ``sure``: confidences, texts × ``names``."""
    dangers = dangers_of(names)
    alike = np.array(examples.lookalikes, dtype=bool)
    limits = {ALL: DANGER}
    if not dangers or not alike.any():
        return limits
    harmless = alike & np.array([danger_of(label) is None for label in examples.labels])
    english = np.array(examples.languages) == ENGLISH
    for language, here in ((ENGLISH, english), (ALL, ~english)):
        if (harmless & here).sum() >= FEWEST:
            likely = sure[harmless & here][:, dangers].sum(axis=1)
            limits[language] = float(np.clip(_limit(likely), *DANGER_BOUNDS[language]))
    return limits


def likeness(near: float, enough: float) -> float:
    """1 from the nearness on that is ``enough``, less in proportion below it."""
    return min(1.0, max(near, 0.0) / enough) if enough > 0 else 1.0


def familiar_from(near: Array, languages: Sequence[str]) -> dict[str, float]:
    """Language, and ``""`` for all → the nearness that nine in ten unseen phrases reach."""
    spoken = np.array(languages)
    found = {ALL: float(np.percentile(near, UNLIKE))}
    for language in sorted(set(languages) - {ALL}):
        here = near[spoken == language]
        if len(here) >= FEWEST:
            found[language] = float(np.percentile(here, UNLIKE))
    return found


def _limit(likely: Array) -> float:
    """The value that at most ``FALSE_ALARMS`` of ``likely`` reach."""
    ordered = np.sort(likely)[::-1]
    return float(ordered[int(FALSE_ALARMS * len(ordered))]) + 1e-6
