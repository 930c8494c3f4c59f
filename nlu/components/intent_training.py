"""How an intent model is learned: readings, mixes, early answers and limits.

Everything but the readings themselves is chosen on phrases that readings learned on the rest had
not seen (cross-validation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nlu.components import linear_text
from nlu.components.arrays import log_softmax
from nlu.components.early import LOSS, Tried, choose_stages
from nlu.components.english import English, train_english
from nlu.components.evenness import lean_of, leanings
from nlu.components.examples import ENGLISH, Examples, places_of_english
from nlu.components.intent_model import SHARPNESS, IntentModel
from nlu.components.limits import danger_limits, familiar_from
from nlu.components.linear_text import Array, Counted, Features
from nlu.components.meaning import train_meaning
from nlu.components.mixing import ALL, Mix, best_mixes, blend
from nlu.components.phrases import FAR

FEATURES = Features(shortest=2, longest=5, words=2, word_weight=0.7, rarest=2)
MANY, HELD_BACK = 8000, 5
"""With so many phrases, one fifth held back is enough to choose mixes and limits on."""
SURER = 1.2
"""How much surer the model is than the mixes say: they were chosen with classifiers that had not
seen all phrases, and one that has is right more often. Measured on nlu/devset (nlu/floors.yml)."""
UNREAD = -30.0
"""The logarithm of a label's probability where a reading does not know the label."""


class Readings(NamedTuple):
    """``blended``: log-probabilities, texts × labels, of each reading that has a weight in the
    blend; what is not English has zeros from the reading of English. ``alone``: those of the
    networks over the encoder of English alone, or None; ``alone_near``: how near each label's
    phrases are to it. ``near``: how near, to the other encoder, the nearest label's phrases are."""

    blended: list[Array]
    near: Array
    alone: Array | None = None
    alone_near: Array | None = None


class Unseen(NamedTuple):
    """Readings of phrases by classifiers that were not shown them. ``truth``: their labels' places;
    ``places``: which phrases they are, all of them, or a fifth where there are very many."""

    read: Readings
    truth: Array
    places: Array


def train_intents(examples: Examples, folds: int = 3, loss: float = LOSS) -> IntentModel:
    """Learn, choose mixes and limits on unseen phrases, and learn from all. ``loss``: as ``LOSS``.

    Raises ValueError when there is nothing to learn from.
    """
    counted = linear_text.count(examples.texts, FEATURES)
    read, truth, places = unseen_readings(examples, counted, folds)
    tried = examples.take(places.tolist())
    names = tuple(sorted(set(examples.labels)))
    leaning = leanings(examples.labels, examples.languages, names)
    lean = lean_of(tried.languages, leaning, names)
    mixes = best_mixes(read.blended, truth, tried.languages, lean)
    mixes = {one: tuple(SURER * weight for weight in mix) for one, mix in mixes.items()}
    leaning = {one: SURER * row for one, row in leaning.items()}
    sure = _confidences(read.blended, tried.languages, mixes, SURER * lean)
    letters = read.blended[0]
    second = [] if read.alone is None else [Tried([letters, read.alone], read.alone_near)]
    danger, stages = danger_limits(tried, names, sure), [Tried([letters]), *second]
    limit = danger.get(ENGLISH, danger[ALL])
    return replace(
        fit(examples, counted, range(len(examples.texts))),
        mixes=mixes,
        early=choose_stages(tried, names, stages, sure, truth, loss, limit),
        danger=danger,
        leaning=leaning,
        named=any(examples.languages),
        familiar=familiar_from(read.near, tried.languages),
    )


def fit(examples: Examples, counted: Counted, rows: Sequence[int]) -> IntentModel:
    """The readings only, learned from some examples; mixes and limits as they come."""
    labels = [examples.labels[i] for i in rows]
    letters = linear_text.fit(counted, rows, labels)
    meaning = None
    if examples.vectors is not None and len(letters.labels) > 1:
        place = {label: i for i, label in enumerate(letters.labels)}
        truth = np.array([place[label] for label in labels])
        texts = [examples.texts[i] for i in rows]
        vectors = examples.vectors[list(rows)]
        meaning = train_meaning(vectors, truth, letters.labels, strength=2.0, texts=texts)
    english = None if meaning is None else _fit_english(examples, rows, letters.labels)
    mix = (0.5, 1.0, 0.3, *([0.5] if english else []))
    return IntentModel(letters, meaning, {ALL: (1.0,) if meaning is None else mix}, english=english)


def _fit_english(examples: Examples, rows: Sequence[int], labels: Sequence[str]) -> English | None:
    if examples.english is None or examples.vectors is None:
        return None
    places = places_of_english(examples.languages)
    mine = places[np.isin(places, rows)]
    place = {label: i for i, label in enumerate(labels)}
    truth = np.array([place[examples.labels[i]] for i in mine])
    texts = [examples.texts[i] for i in mine]
    vectors, two = examples.vectors[mine], examples.english_of(mine)
    return train_english(vectors, two, truth, len(labels), texts)


def readings(letters: Array, examples: Examples, rows: Array, model: IntentModel) -> Readings:
    """What ``model`` reads in the examples at ``rows``; ``letters`` are such readings already."""
    if model.meaning is None or examples.vectors is None:
        return Readings([letters], np.ones(len(rows)))
    vectors = examples.vectors[rows]
    nearness = model.meaning.nearness(vectors)
    near = log_softmax(nearness * SHARPNESS)
    found = [letters, log_softmax(model.meaning.linear(vectors)), near]
    if model.english is None or examples.english is None:
        return Readings(found, nearness.max(axis=1))
    mine = np.isin(rows, places_of_english(examples.languages))
    two, count = examples.english_of(rows), len(model.labels)
    both, alone, alone_near = (np.zeros_like(letters) for _ in range(3))
    both[mine] = model.english.both.tell([vectors[mine], two], count)
    if model.english.alone is not None:
        alone[mine] = model.english.alone.tell([two], count)
        alone_near[mine] = model.english.phrases.nearness(two)
    return Readings([*found, both], nearness.max(axis=1), alone, alone_near)


def unseen_readings(examples: Examples, counted: Counted, folds: int) -> Unseen:
    """Readings by classifiers that were shown the other phrases only."""
    names = tuple(sorted(set(examples.labels)))
    place = {label: i for i, label in enumerate(names)}
    truth = np.array([place[label] for label in examples.labels])
    many = len(truth) >= MANY
    fold = folds_of(truth, HELD_BACK if many else folds)
    found: list[tuple[Array, Array, Readings]] = []
    for one in range(1 if many else folds):
        shown, hidden = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        if len(shown) and len(hidden):
            model = fit(examples, counted, shown.tolist())
            at = np.array([place[label] for label in model.labels])
            letters = log_softmax(model.letters.scores_of(counted.matrix[hidden]))
            found.append((hidden, at, readings(letters, examples, hidden, model)))
    tried = np.flatnonzero(fold == 0) if many else np.arange(len(truth))
    return Unseen(_whole(found, tried, len(names)), truth[tried], tried)


def _whole(found: Sequence[tuple[Array, Array, Readings]], tried: Array, names: int) -> Readings:
    """The readings of all folds in one: each has the rows, ascending, and the labels it knows."""
    whole: dict[str, Array] = {}
    near = np.ones(len(tried))
    for hidden, at, read in found:
        rows: Array = np.searchsorted(tried, hidden)
        near[rows] = read.near
        named = {f"{i}": part for i, part in enumerate(read.blended)}
        for name, part in (named | {"alone": read.alone, "near": read.alone_near}).items():
            if part is not None:
                empty = np.full((len(tried), names), FAR if name == "near" else UNREAD, np.float32)
                whole.setdefault(name, empty)[rows[:, None], at[None, :]] = part
    alone, alone_near = whole.pop("alone", None), whole.pop("near", None)
    return Readings(list(whole.values()), near, alone, alone_near)


def folds_of(truth: Array, folds: int) -> Array:
    """A fold for each phrase, every label spread evenly over the folds."""
    order = np.random.default_rng(0).permutation(len(truth))
    fold = np.zeros(len(truth), dtype=int)
    met: dict[int, int] = {}
    for i in order:
        met[truth[i]] = met.get(truth[i], -1) + 1
        fold[i] = met[truth[i]] % folds
    return fold


def _confidences(
    read: Sequence[Array], languages: Sequence[str], mixes: Mapping[str, Mix], lean: Array
) -> Array:
    sure = np.exp(log_softmax(blend(read, mixes[ALL], lean)))
    spoken = np.array(languages)
    for language in mixes.keys() - {ALL}:
        here = np.flatnonzero(spoken == language)
        scores = blend([one[here] for one in read], mixes[language], lean[here])
        sure[here] = np.exp(log_softmax(scores))
    return sure
