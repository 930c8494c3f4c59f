"""Answers before all has been read: the slow encoder is left out where less is sure enough.

First letters alone, then letters with what the encoder of English says. Tried on English, which has
most phrases, and believed of services only: words like "phone" and "help" make letters sure of a
wish that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from bot.intents import service_of
from nlu.components.arrays import log_softmax
from nlu.components.decided import dangers_of, understood, wishes_of
from nlu.components.examples import ENGLISH, Examples
from nlu.components.limits import DANGER, UNLIKE
from nlu.components.mixing import ALL, best_mixes, blend
from nlu.components.phrases import FAR

Array = Any  # numpy arrays carry no useful types here
SURE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998)
LOSS = 0.0005
"""The share of a group's messages that may be understood worse for early answers, where
``config.yml`` says no other."""
WHIFF = 0.01
"""The sum of the danger intents from which an early answer is never believed."""
WISHFUL = 0.02
"""The sum of the wishes (person, face to face, digital barrier) from which it is not, either."""
NEVER = 2.0
"""No confidence reaches it."""
FEWEST = 30
"""English phrases from which early answers are thought of."""


@dataclass(frozen=True)
class Stage:
    """Answers from the confidence ``sure`` on. ``weights``: of the letters and, where there is a
    second, of the networks over the encoder of English alone. ``enough``: how near the phrases of
    what is named must be then, as a mean cosine: a network is sure of what is like nothing, too."""

    weights: tuple[float, ...]
    sure: float
    enough: float = FAR


class Tried(NamedTuple):
    """``readings``: a stage's, log-probabilities; ``near``: how near each label's phrases are, or
    None where that is not asked. All are texts × labels."""

    readings: Sequence[Array]
    near: Array | None = None


def choose_stages(
    examples: Examples,
    names: Sequence[str],
    tried: Sequence[Tried],
    sure: Array,
    truth: Array,
    loss: float = LOSS,
    limit: float = DANGER,
) -> tuple[Stage, ...]:
    """For each of ``tried`` the lowest confidence from which it, and those before it, lose to the
    blend in no way of writing, for no danger and for no wish by more than ``loss``, seen on unseen
    phrases. A stage without such a confidence is left out.

    ``sure``: the blend's confidences, texts × ``names``; what counts is what is decided of them.
    ``limit``: the sum of the danger intents from which English is danger.
    """
    here = _in_english(examples.languages)
    if here.sum() < FEWEST or examples.vectors is None:
        return ()
    language = ENGLISH if any(examples.languages) else ""
    right = understood(sure[here], truth[here], names, language, limit)
    groups = _groups(examples, here, names, truth)
    lost, waiting = np.zeros(len(right), int), np.ones(len(right), bool)
    found = []
    for one in tried:
        stage, told, like = _fit_stage(one, here, truth)
        worse = right.astype(int) - (told.argmax(axis=1) == truth[here])
        open_to_it = believed(told, names) & waiting & like
        for limit in SURE:
            reached = open_to_it & (told.max(axis=1) >= limit)
            all_lost = lost + worse * reached
            if reached.any() and all(all_lost[it].sum() <= loss * it.sum() for it in groups):
                found.append(replace(stage, sure=limit))
                lost, waiting = all_lost, waiting & ~reached
                break
    return tuple(found)


def _fit_stage(tried: Tried, here: Array, truth: Array) -> tuple[Stage, Array, Array]:
    """A stage whose limit is not chosen yet, its confidences for the examples ``here``, and which
    of them are like the phrases of what it names."""
    parts = [one[here] for one in tried.readings]
    weights = best_mixes(parts, truth[here], ())[ALL]
    told = np.exp(log_softmax(blend(parts, weights)))
    if tried.near is None:
        return Stage(weights, NEVER), told, np.ones(len(told), bool)
    near = tried.near[here][np.arange(len(told)), told.argmax(axis=1)]
    enough = float(np.percentile(near, UNLIKE))
    return Stage(weights, NEVER, enough), told, near >= enough


def believed(told: Array, names: Sequence[str]) -> Array:
    """Of which messages an early answer may be believed: there is no whiff of danger or of a
    wish, and it is a service that is named, where some intents are services. ``told``:
    confidences, texts × ``names``."""
    services = np.array([service_of(name) is not None for name in names])
    named = services[told.argmax(axis=1)] if services.any() else np.ones(len(told), bool)
    calm = told[:, dangers_of(names)].sum(axis=1) < WHIFF
    wishless = told[:, wishes_of(names)].sum(axis=1) < WISHFUL
    believed: Array = named & calm & wishless
    return believed


def _in_english(languages: Sequence[str]) -> Array:
    """Which phrases early answers are tried on: the English ones; all, where none is named."""
    return np.array([language == ENGLISH for language in languages]) | (not any(languages))


def _groups(examples: Examples, here: Array, names: Sequence[str], truth: Array) -> list[Array]:
    """Masks over the examples ``here``: the dangers, the wishes, and each way of writing."""
    places = [int(i) for i in np.flatnonzero(here)]
    varieties = np.array([examples.varieties[i] if examples.varieties else "" for i in places])
    meant = [np.isin(truth[here], some) for some in (dangers_of(names), wishes_of(names))]
    return [*meant, *(varieties == one for one in sorted(set(varieties)))]
