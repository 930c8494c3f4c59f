"""Which intent a message carries: three readings of it, blended.

Letters and words (a linear classifier), meaning (a linear classifier of the sentence vector)
and nearness (the closest training phrases). Their log-probabilities are added, each with a
weight that was best for phrases none of them had seen (nlu/components/mixing.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from bot.intents import WISHES, danger_of, service_of
from nlu.components import linear_text
from nlu.components.evenness import lean_of, leanings
from nlu.components.linear_text import Array, Counted, Features, LinearText, confidences
from nlu.components.meaning import Meaning, train_meaning
from nlu.components.mixing import ALL, Mix, best_mixes, blend

FEATURES = Features(shortest=2, longest=5, words=2, word_weight=0.7, rarest=2)
SHARPNESS = 16.0
"""How strongly nearness tells labels apart: cosines lie close together."""
LIKELY, HINT = 12, 1e-3
"""Labels, the likeliest by the other two readings, whose phrases are looked at for nearness; and
those of danger from this sum of theirs on: there are thousands of them."""
MANY, HELD_BACK = 8000, 5
"""With so many phrases, one fifth held back is enough to choose mixes and limits on."""
SURER = 1.2
"""How much surer the model is than the mixes say: they were chosen with classifiers that had not
seen all phrases, and one that has is right more often. Measured on nlu/devset (nlu/floors.yml)."""
HEAD = "blend.json"


@dataclass(frozen=True)
class Examples:
    """What is learned from. ``vectors`` are the encoder's, one row a text, or None without one;
    ``varieties`` the ways of writing, where they are known; ``lookalikes`` says which phrases
    were written to look like danger and are none."""

    texts: Sequence[str]
    labels: Sequence[str]
    languages: Sequence[str]
    vectors: Array | None = None
    varieties: Sequence[str] = ()
    lookalikes: Sequence[bool] = ()

    def take(self, places: Sequence[int]) -> Examples:
        """The examples at ``places``."""
        return Examples(
            [self.texts[i] for i in places],
            [self.labels[i] for i in places],
            [self.languages[i] for i in places],
            None if self.vectors is None else self.vectors[list(places)],
            [self.varieties[i] for i in places] if self.varieties else (),
            [self.lookalikes[i] for i in places] if self.lookalikes else (),
        )


@dataclass(frozen=True)
class Quick:
    """The first stage: letters alone, weighed by ``weight``, from the confidence ``sure`` on
    (above 1: never). It is tried on English, which has most phrases, and believed of services
    only: words like "phone" and "help" make letters sure of a wish that is not there."""

    weight: float
    sure: float


NEVER = Quick(1.0, 2.0)
QUICK = "en"
SURE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
LOSS = 0.01
"""The share of a group's messages that may be understood worse for having a first stage."""
WHIFF = 0.01
"""The sum of the danger intents from which the letters alone are never believed."""
WISHFUL = 0.02
"""The sum of the wishes (person, face to face, digital barrier) from which they are not, either."""
FEWEST = 30
"""English phrases from which a first stage is thought of."""
DANGER = 0.35
"""The sum of the danger intents from which it is danger, where no look-alikes say better."""
DANGER_BOUNDS = {QUICK: (0.2, 0.25), ALL: (0.2, 0.7)}
"""Between these the limit is chosen: for English, and for all other languages together."""
WISH_ODDS = {QUICK: 4.0, "cy": 1.0, ALL: 2.0}
"""Whoever asks for a person often names the service as well, and being sent to a page instead is
the worse mistake. Chosen on English wishes by another writer than the phrases', of which many more
were heard with it. A language with a few phrases for a service and hundreds for a wish loses
services by so much: the others have what their services bear on the gate's sets, Welsh nothing."""
FALSE_ALARMS = 0.02
"""The share of look-alikes, all of them hard, that may be taken for danger."""


@dataclass(frozen=True)
class IntentModel:
    """``mixes``: language → weights of letters, meaning and nearness. ``quick``: when the letters
    alone are believed. ``danger``: the sum of the danger intents from which it is danger.
    ``leaning``: language → what makes up for intents' having more or fewer phrases."""

    letters: LinearText
    meaning: Meaning | None
    mixes: Mapping[str, Mix]
    quick: Quick = NEVER
    danger: Mapping[str, float] = field(default_factory=lambda: {ALL: DANGER})
    leaning: Mapping[str, Array] = field(default_factory=dict)

    def danger_from(self, language: str) -> float:
        """The sum of the danger intents from which a message in ``language`` is danger."""
        return self.danger.get(language, self.danger[ALL])

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of every score."""
        return self.letters.labels

    @property
    def dangers(self) -> list[int]:
        """The places of the danger intents among the labels."""
        return _dangers(self.labels)

    def confidences(self, text: str, language: str, encode: Callable[[str], Array]) -> Array:
        """One number from 0 to 1 a label, adding up to 1. ``encode`` is asked for the text's
        vector unless the letters alone are enough, or the text is a training phrase."""
        letters = _log_softmax(self.letters.scores(text)[None, :])
        if self.meaning is not None and language == QUICK and self.quick.sure <= 1:
            quick = confidences(letters[0] * self.quick.weight)
            if quick.max() >= self.quick.sure and believed(quick[None, :], self.labels)[0]:
                return quick
        mix, lean = self.mixes.get(language, self.mixes[ALL]), self.leaning.get(language, 0.0)
        if self.meaning is None:
            return confidences(blend([letters], mix, lean)[0])
        known = self.meaning.vector_of(text)
        vector = encode(text) if known is None else known
        return confidences(self._with_meaning(letters, vector[None, :], self.meaning, mix) + lean)

    def with_wishes(self, confidences: Array, language: str) -> Array:
        """The confidences with the odds of a wish (person, face to face, digital barrier) raised.
        Danger is weighed without."""
        odds = WISH_ODDS.get(language, WISH_ODDS[ALL])
        raised = confidences * np.where([label in WISHES for label in self.labels], odds, 1.0)
        return raised / raised.sum()

    def _with_meaning(self, letters: Array, vector: Array, meaning: Meaning, mix: Mix) -> Array:
        """The blend for one message. Nearness is asked of the likely labels only."""
        linear = _log_softmax(meaning.linear(vector))
        likely = confidences((mix[0] * letters + mix[1] * linear)[0])
        dangers = self.dangers if likely[self.dangers].sum() >= HINT else []
        asked = sorted({*likely.argsort()[-LIKELY:].tolist(), *dangers})
        near = _log_softmax(meaning.nearness_of(vector, asked) * SHARPNESS)
        return blend([letters, linear, near], mix)[0]

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        self.letters.save(folder)
        if self.meaning:
            self.meaning.save(folder)
        head = {
            "mixes": dict(self.mixes),
            "quick": asdict(self.quick),
            "danger": dict(self.danger),
            "leaning": {language: lean.tolist() for language, lean in self.leaning.items()},
            "meaning": bool(self.meaning),
        }
        (folder / HEAD).write_text(json.dumps(head), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what ``save`` wrote."""
        head = json.loads((folder / HEAD).read_text("utf-8"))
        meaning = Meaning.load(folder) if head["meaning"] else None
        mixes = {language: tuple(mix) for language, mix in head["mixes"].items()}
        letters, quick = LinearText.load(folder), Quick(**head["quick"])
        leaning = {language: np.array(lean) for language, lean in head["leaning"].items()}
        return cls(letters, meaning, mixes, quick, head["danger"], leaning)


def train_intents(examples: Examples, folds: int = 3) -> IntentModel:
    """Learn, choose mixes and limits on unseen phrases, and learn from all.

    Raises ValueError when there is nothing to learn from.
    """
    counted = linear_text.count(examples.texts, FEATURES)
    unseen, truth, places = unseen_readings(examples, counted, folds)
    tried = examples.take(places.tolist())
    names = tuple(sorted(set(examples.labels)))
    leaning = leanings(examples.labels, examples.languages, names)
    lean = lean_of(tried.languages, leaning, names)
    mixes = best_mixes(unseen, truth, tried.languages, lean)
    mixes = {one: tuple(SURER * weight for weight in mix) for one, mix in mixes.items()}
    leaning = {one: SURER * row for one, row in leaning.items()}
    sure = _confidences(unseen, tried.languages, mixes, SURER * lean)
    return replace(
        fit(examples, counted, range(len(examples.texts))),
        mixes=mixes,
        quick=first_stage(tried, names, unseen[0], sure, truth),
        danger=danger_limits(tried, names, sure),
        leaning=leaning,
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
    return IntentModel(letters, meaning, {ALL: (1.0,) if meaning is None else (0.5, 1.0, 0.3)})


def readings(letters: Array, vectors: Array | None, meaning: Meaning | None) -> list[Array]:
    """Log-probabilities, texts × labels, of each reading there is; ``letters`` are such already."""
    if meaning is None or vectors is None:
        return [letters]
    near = _log_softmax(meaning.nearness(vectors) * SHARPNESS)
    return [letters, _log_softmax(meaning.linear(vectors)), near]


def unseen_readings(
    examples: Examples, counted: Counted, folds: int
) -> tuple[list[Array], Array, Array]:
    """Readings of phrases by classifiers that were not shown them, their labels' places, and
    which phrases they are: all of them, or a fifth where there are very many."""
    names = tuple(sorted(set(examples.labels)))
    place = {label: i for i, label in enumerate(names)}
    truth = np.array([place[label] for label in examples.labels])
    many = len(truth) >= MANY
    fold = folds_of(truth, HELD_BACK if many else folds)
    count = 1 if examples.vectors is None or len(names) < 2 else 3
    read = [np.full((len(truth), len(names)), -30.0, np.float32) for _ in range(count)]
    for one in range(1 if many else folds):
        shown, hidden = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        if not len(shown) or not len(hidden):
            continue
        model = fit(examples, counted, shown.tolist())
        at = [place[label] for label in model.labels]
        letters = _log_softmax(model.letters.scores_of(counted.matrix[hidden]))
        vectors = None if examples.vectors is None else examples.vectors[hidden]
        for whole, part in zip(read, readings(letters, vectors, model.meaning), strict=True):
            whole[hidden[:, None], np.array(at)[None, :]] = part
    tried = np.flatnonzero(fold == 0) if many else np.arange(len(truth))
    return [one[tried] for one in read], truth[tried], tried


def folds_of(truth: Array, folds: int) -> Array:
    """A fold for each phrase, every label spread evenly over the folds."""
    order = np.random.default_rng(0).permutation(len(truth))
    fold = np.zeros(len(truth), dtype=int)
    met: dict[int, int] = {}
    for i in order:
        met[truth[i]] = met.get(truth[i], -1) + 1
        fold[i] = met[truth[i]] % folds
    return fold


def first_stage(
    examples: Examples, names: Sequence[str], letters: Array, sure: Array, truth: Array
) -> Quick:
    """The lowest confidence from which the letters lose to the blend in no way of writing and
    for no danger, both seen on unseen phrases; never, where there is none.

    ``letters``: log-probabilities, ``sure``: the blend's confidences, texts × ``names``.
    """
    here = _quick_ones(examples.languages)
    if here.sum() < FEWEST or examples.vectors is None:
        return NEVER
    weight = best_mixes([letters[here]], truth[here], ())[ALL][0]
    quick = np.exp(_log_softmax(letters[here] * weight))
    right = quick.argmax(axis=1) == truth[here]
    blend_right = sure[here].argmax(axis=1) == truth[here]
    groups = _groups(examples, here)
    calm = believed(quick, names)
    for limit in SURE:
        reached = calm & (quick.max(axis=1) >= limit)
        worse = (blend_right.astype(int) - right) * reached
        if reached.any() and all(worse[group].sum() <= LOSS * group.sum() for group in groups):
            return Quick(weight, limit)
    return Quick(weight, NEVER.sure)


def _quick_ones(languages: Sequence[str]) -> Array:
    """Which phrases are of the language that has a first stage: all, where none is named."""
    return np.array([language == QUICK for language in languages]) | (not any(languages))


def believed(quick: Array, names: Sequence[str]) -> Array:
    """Of which messages the letters alone may be believed: there is no whiff of danger or of a
    wish, and it is a service that they name, where some intents are services."""
    services = np.array([service_of(name) is not None for name in names])
    named = services[quick.argmax(axis=1)] if services.any() else np.ones(len(quick), bool)
    wishes = [i for i, name in enumerate(names) if name in WISHES]
    calm = quick[:, _dangers(names)].sum(axis=1) < WHIFF
    wishless = quick[:, wishes].sum(axis=1) < WISHFUL
    believed: Array = named & calm & wishless
    return believed


def danger_limits(examples: Examples, names: Sequence[str], sure: Array) -> dict[str, float]:
    """The lowest sums of the danger intents at which few enough look-alikes are taken for
    danger, within bounds: danger that is missed costs more. For English, which has most phrases,
    and under ``""`` for the others together. ``sure``: confidences, texts × ``names``."""
    dangers = _dangers(names)
    alike = np.array(examples.lookalikes, dtype=bool)
    limits = {ALL: DANGER}
    if not dangers or not alike.any():
        return limits
    harmless = alike & np.array([danger_of(label) is None for label in examples.labels])
    english = np.array(examples.languages) == QUICK
    for language, here in ((QUICK, english), (ALL, ~english)):
        if (harmless & here).sum() >= FEWEST:
            likely = sure[harmless & here][:, dangers].sum(axis=1)
            limits[language] = float(np.clip(_limit(likely), *DANGER_BOUNDS[language]))
    return limits


def _limit(likely: Array) -> float:
    """The value that at most ``FALSE_ALARMS`` of ``likely`` reach."""
    ordered = np.sort(likely)[::-1]
    return float(ordered[int(FALSE_ALARMS * len(ordered))]) + 1e-6


def _confidences(
    read: Sequence[Array], languages: Sequence[str], mixes: Mapping[str, Mix], lean: Array
) -> Array:
    sure = np.exp(_log_softmax(blend(read, mixes[ALL], lean)))
    spoken = np.array(languages)
    for language in mixes.keys() - {ALL}:
        here = np.flatnonzero(spoken == language)
        scores = blend([one[here] for one in read], mixes[language], lean[here])
        sure[here] = np.exp(_log_softmax(scores))
    return sure


def _groups(examples: Examples, here: Array) -> list[Array]:
    """Masks over the examples ``here``: each way of writing, and the dangers."""
    places = [int(i) for i in np.flatnonzero(here)]
    varieties = np.array([examples.varieties[i] if examples.varieties else "" for i in places])
    dangers = np.array([danger_of(examples.labels[i]) is not None for i in places])
    return [dangers, *(varieties == one for one in sorted(set(varieties)))]


def _dangers(names: Sequence[str]) -> list[int]:
    return [i for i, label in enumerate(names) if danger_of(label)]


def _log_softmax(scores: Array) -> Array:
    spread = scores - scores.max(axis=1, keepdims=True)
    return spread - np.log(np.exp(spread).sum(axis=1, keepdims=True))
