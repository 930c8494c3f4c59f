"""Which intent a message carries: three readings of it, blended.

Letters and words (a linear classifier), meaning (a linear classifier of the sentence vector)
and nearness (the closest training phrases). Their log-probabilities are added, each with a
weight that was best for phrases none of them had seen: a geometric blend. One temperature a
language then makes confidences mean the same in each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from bot.intents import danger_of
from nlu.components.calibration import ALL, folds_of, temperatures
from nlu.components.linear_text import Array, Features, LinearText, confidences, train
from nlu.components.meaning import Meaning, train_meaning

FEATURES = Features(shortest=2, longest=5, words=2, word_weight=0.7, rarest=2)
SHARPNESS = 16.0
"""How strongly nearness tells labels apart: cosines lie close together."""
MIXES = tuple(
    (letters, meaning, near)
    for letters in (0.0, 0.25, 0.5, 0.75, 1.0)
    for meaning in (0.5, 1.0)
    for near in (0.0, 0.25, 0.5, 1.0)
)
HEAD = "blend.json"


@dataclass(frozen=True)
class Examples:
    """What is learned from. ``vectors`` are the encoder's, one row a text, or None without one;
    ``varieties`` the ways of writing, where they are known."""

    texts: Sequence[str]
    labels: Sequence[str]
    languages: Sequence[str]
    vectors: Array | None = None
    varieties: Sequence[str] = ()

    def take(self, places: Sequence[int]) -> Examples:
        """The examples at ``places``."""
        return Examples(
            [self.texts[i] for i in places],
            [self.labels[i] for i in places],
            [self.languages[i] for i in places],
            None if self.vectors is None else self.vectors[list(places)],
            [self.varieties[i] for i in places] if self.varieties else (),
        )


@dataclass(frozen=True)
class Quick:
    """The first stage: letters alone, softened by ``heat``, from the confidence ``sure`` on
    (above 1: never). It is tried on English, which has most phrases."""

    heat: float
    sure: float


NEVER = Quick(1.0, 2.0)
QUICK = "en"
SURE = (0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
LOSS = 0.01
"""The share of a group's messages that may be understood worse for having a first stage."""
FEWEST = 30
"""English phrases from which a first stage is thought of."""


@dataclass(frozen=True)
class IntentModel:
    """``mix``: weights of letters, meaning and nearness. ``heat``: language → temperature.

    ``quick``: when the letters alone are believed.
    """

    letters: LinearText
    meaning: Meaning | None
    mix: tuple[float, float, float]
    heat: Mapping[str, float]
    quick: Quick = NEVER

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of every score."""
        return self.letters.labels

    def confidences(self, text: str, language: str, encode: Callable[[str], Array]) -> Array:
        """One number from 0 to 1 a label, adding up to 1. ``encode`` is asked for the text's
        vector unless the letters alone are enough."""
        scores = self.letters.scores(text)[None, :]
        quick = confidences(scores[0], self.quick.heat)
        if self.meaning is None or (language == QUICK and quick.max() >= self.quick.sure):
            return quick
        blended = blend(readings(scores, encode(text)[None, :], self.meaning), self.mix)[0]
        return confidences(blended, self.heat.get(language, self.heat[ALL]))

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        self.letters.save(folder)
        if self.meaning:
            self.meaning.save(folder)
        head = {"mix": self.mix, "heat": dict(self.heat), "quick": asdict(self.quick)}
        (folder / HEAD).write_text(json.dumps({**head, "meaning": bool(self.meaning)}), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what ``save`` wrote."""
        head = json.loads((folder / HEAD).read_text("utf-8"))
        meaning = Meaning.load(folder) if head["meaning"] else None
        letters, quick = LinearText.load(folder), Quick(**head["quick"])
        return cls(letters, meaning, tuple(head["mix"]), head["heat"], quick)


def train_intents(examples: Examples, folds: int = 3) -> IntentModel:
    """Learn, choose the mix and the temperatures on unseen phrases, and learn from all.

    Raises ValueError when there is nothing to learn from, or but one intent.
    """
    unseen, truth = unseen_readings(examples, folds)
    mix = best_mix(unseen, truth)
    blended = blend(unseen, mix)
    heat = temperatures(blended, truth, examples.languages)
    quick = first_stage(examples, unseen[0], blended, truth)
    return replace(fit(examples), mix=mix, heat=heat, quick=quick)


def fit(examples: Examples) -> IntentModel:
    """The readings only, learned from all examples; mix and temperatures as they come."""
    letters = train(examples.texts, examples.labels, FEATURES)
    meaning = None
    if examples.vectors is not None:
        truth = np.array([letters.labels.index(label) for label in examples.labels])
        meaning = train_meaning(examples.vectors, truth, letters.labels, strength=2.0)
    return IntentModel(letters, meaning, (1.0, 1.0, 0.5), {ALL: 1.0})


def readings(letters: Array, vectors: Array | None, meaning: Meaning | None) -> list[Array]:
    """Log-probabilities, texts × labels, of each reading there is."""
    if meaning is None or vectors is None:
        return [_log_softmax(letters)]
    near = _log_softmax(meaning.nearness(vectors) * SHARPNESS)
    return [_log_softmax(letters), _log_softmax(meaning.linear(vectors)), near]


def blend(read: Sequence[Array], mix: Sequence[float]) -> Array:
    """The weighted sum of the readings; letters alone count in full."""
    if len(read) == 1:
        return read[0]
    return sum(weight * one for weight, one in zip(mix, read, strict=True))


def unseen_readings(examples: Examples, folds: int) -> tuple[list[Array], Array]:
    """Readings of every phrase by classifiers that were not shown it, and its label's place."""
    names = tuple(sorted(set(examples.labels)))
    truth = np.array([names.index(label) for label in examples.labels])
    fold = folds_of(truth, folds)
    count = 1 if examples.vectors is None else 3
    read = [np.full((len(truth), len(names)), -30.0, np.float32) for _ in range(count)]
    for one in range(folds):
        shown = [int(i) for i in np.flatnonzero(fold != one)]
        hidden = [int(i) for i in np.flatnonzero(fold == one)]
        model = fit(examples.take(shown))
        at = [names.index(label) for label in model.labels]
        kept = examples.take(hidden)
        scores = np.stack([model.letters.scores(text) for text in kept.texts])
        for whole, part in zip(read, readings(scores, kept.vectors, model.meaning), strict=True):
            whole[np.array(hidden)[:, None], np.array(at)[None, :]] = part
    return read, truth


def best_mix(read: Sequence[Array], truth: Array) -> tuple[float, float, float]:
    """The mix that is right most often; of equals the most moderate."""
    if len(read) == 1:
        return (1.0, 0.0, 0.0)
    return max(MIXES, key=lambda mix: float((blend(read, mix).argmax(axis=1) == truth).mean()))


def first_stage(examples: Examples, letters: Array, blended: Array, truth: Array) -> Quick:
    """The lowest confidence from which the letters lose to the blend in no way of writing and
    for no danger, both seen on unseen phrases; never, where there is none."""
    here = np.array([language == QUICK for language in examples.languages])
    if here.sum() < FEWEST or letters is blended:
        return NEVER
    heat = temperatures(letters[here], truth[here], [""] * int(here.sum()))[ALL]
    sure = _softmax(letters[here] / heat).max(axis=1)
    right = letters[here].argmax(axis=1) == truth[here]
    blend_right = blended[here].argmax(axis=1) == truth[here]
    groups = _groups(examples, here)
    for limit in SURE:
        worse = (blend_right.astype(int) - right) * (sure >= limit)
        if all(worse[group].sum() <= LOSS * group.sum() for group in groups):
            return Quick(heat, limit)
    return Quick(heat, 2.0)


def _groups(examples: Examples, here: Array) -> list[Array]:
    """Masks over the examples ``here``: each way of writing, and the dangers."""
    places = [int(i) for i in np.flatnonzero(here)]
    varieties = np.array([examples.varieties[i] if examples.varieties else "" for i in places])
    dangers = np.array([danger_of(examples.labels[i]) is not None for i in places])
    return [dangers, *(varieties == one for one in sorted(set(varieties)))]


def _softmax(scores: Array) -> Array:
    return np.exp(_log_softmax(scores))


def _log_softmax(scores: Array) -> Array:
    spread = scores - scores.max(axis=1, keepdims=True)
    return spread - np.log(np.exp(spread).sum(axis=1, keepdims=True))
