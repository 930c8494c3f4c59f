"""Which intent a message carries: three readings of it, blended, and one more of English.

Letters and words (a linear classifier), meaning (a linear classifier of the sentence vector),
nearness (the closest training phrases) and, of English, what networks make of the vectors of two
encoders (nlu/components/english.py). Their log-probabilities are added, each with a
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
from nlu.components.english import English, train_english
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
    ``english`` those of the encoder of English, a row for each of ``places_of_english``;
    ``varieties`` the ways of writing, where they are known; ``lookalikes`` says which phrases
    were written to look like danger and are none."""

    texts: Sequence[str]
    labels: Sequence[str]
    languages: Sequence[str]
    vectors: Array | None = None
    varieties: Sequence[str] = ()
    lookalikes: Sequence[bool] = ()
    english: Array | None = None

    def take(self, places: Sequence[int]) -> Examples:
        """The examples at ``places``, without the vectors of the encoder of English."""
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
SURE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998)
LOSS = 0.0005
"""The share of a group's messages that may be understood worse for having a first stage, where
``config.yml`` says no other."""
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
UNLIKE = 10
"""The percentile of unseen phrases' nearness below which a message is unlike what is known."""
FALSE_ALARMS = 0.02
"""The share of look-alikes, all of them hard, that may be taken for danger."""


@dataclass(frozen=True)
class IntentModel:
    """``mixes``: language → weights of letters, meaning, nearness and, where there is that
    reading, ``english``. ``quick``: when the letters alone are believed. ``danger``: the sum of the
    danger intents from which it is danger. ``leaning``: language → what makes up for intents'
    having more or fewer phrases. ``named``: whether the phrases name their languages.
    ``familiar``: language → the nearness of a message's phrases below which it is unlike any."""

    letters: LinearText
    meaning: Meaning | None
    mixes: Mapping[str, Mix]
    quick: Quick = NEVER
    danger: Mapping[str, float] = field(default_factory=lambda: {ALL: DANGER})
    leaning: Mapping[str, Array] = field(default_factory=dict)
    english: English | None = None
    named: bool = True
    familiar: Mapping[str, float] = field(default_factory=dict)

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

    def confidences(
        self,
        text: str,
        language: str,
        encode: Callable[[str], Array],
        encode_english: Callable[[str], Array] = lambda _: None,
    ) -> Array:
        """One number from 0 to 1 a label, adding up to 1; see ``read``."""
        return self.read(text, language, encode, encode_english)[0]

    def read(
        self,
        text: str,
        language: str,
        encode: Callable[[str], Array],
        encode_english: Callable[[str], Array],
    ) -> tuple[Array, float]:
        """The confidences, and how far they can be believed, from 0 to 1: less where the message
        is unlike every phrase. ``encode`` is asked for the text's vector unless the letters alone
        are enough, or the text is a training phrase; ``encode_english`` where the text is taken
        for English."""
        letters = _log_softmax(self.letters.scores(text)[None, :])
        if self.meaning is not None and language == QUICK and self.quick.sure <= 1:
            quick = confidences(letters[0] * self.quick.weight)
            if quick.max() >= self.quick.sure and believed(quick[None, :], self.labels)[0]:
                return quick, 1.0
        mix, lean = self.mixes.get(language, self.mixes[ALL]), self.leaning.get(language, 0.0)
        if self.meaning is None:
            return confidences(blend([letters], mix, lean)[0]), 1.0
        known = self.meaning.vector_of(text)
        vector = (encode(text) if known is None else known)[None, :]
        more = None
        if self.english is not None and (language == QUICK or not self.named):
            held = self.english.vector_of(text)
            two = (encode_english(text) if held is None else held)[None, :]
            more = self.english.linear(vector, two, len(self.labels))
        scores, near = self._with_meaning(letters, vector, self.meaning, mix, more)
        enough = self.familiar.get(language, self.familiar.get(ALL, 0.0))
        return confidences(scores + lean), likeness(near, enough)

    def with_wishes(self, confidences: Array, language: str) -> Array:
        """The confidences with the odds of a wish (person, face to face, digital barrier) raised.
        Danger is weighed without."""
        odds = WISH_ODDS.get(language, WISH_ODDS[ALL])
        raised = confidences * np.where([label in WISHES for label in self.labels], odds, 1.0)
        return raised / raised.sum()

    def _with_meaning(
        self, letters: Array, vector: Array, meaning: Meaning, mix: Mix, english: Array | None
    ) -> tuple[Array, float]:
        """The blend for one message, and how near the nearest label's phrases are. Nearness is
        asked of the likely labels only."""
        linear = _log_softmax(meaning.linear(vector))
        more = 0.0 if english is None else mix[3] * english
        likely = confidences((mix[0] * letters + mix[1] * linear + more)[0])
        dangers = self.dangers if likely[self.dangers].sum() >= HINT else []
        asked = sorted({*likely.argsort()[-LIKELY:].tolist(), *dangers})
        nearness = meaning.nearness_of(vector, asked)
        near = _log_softmax(nearness * SHARPNESS)
        scores = (blend([letters, linear, near], mix[:3]) + more)[0]
        return scores, float(nearness.max())

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        self.letters.save(folder)
        for one in (self.meaning, self.english):
            if one is not None:
                one.save(folder)
        head = {
            "mixes": dict(self.mixes),
            "quick": asdict(self.quick),
            "danger": dict(self.danger),
            "leaning": {language: lean.tolist() for language, lean in self.leaning.items()},
            "meaning": self.meaning is not None,
            "english": self.english is not None,
            "named": self.named,
            "familiar": dict(self.familiar),
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
        english = English.load(folder) if head.get("english") else None
        danger, named, familiar = head["danger"], head.get("named", True), head.get("familiar", {})
        return cls(letters, meaning, mixes, quick, danger, leaning, english, named, familiar)


def train_intents(examples: Examples, folds: int = 3, loss: float = LOSS) -> IntentModel:
    """Learn, choose mixes and limits on unseen phrases, and learn from all. ``loss``: as ``LOSS``.

    Raises ValueError when there is nothing to learn from.
    """
    counted = linear_text.count(examples.texts, FEATURES)
    unseen, truth, places, near = unseen_readings(examples, counted, folds)
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
        quick=first_stage(tried, names, unseen[0], sure, truth, loss),
        danger=danger_limits(tried, names, sure),
        leaning=leaning,
        named=any(examples.languages),
        familiar=familiar_from(near, tried.languages),
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


def places_of_english(languages: Sequence[str]) -> Array:
    """Which phrases are English, or of no language that is named."""
    return np.flatnonzero([language in (QUICK, "") for language in languages])


def _fit_english(examples: Examples, rows: Sequence[int], labels: Sequence[str]) -> English | None:
    if examples.english is None or examples.vectors is None:
        return None
    places = places_of_english(examples.languages)
    mine = np.isin(places, rows)
    place = {label: i for i, label in enumerate(labels)}
    truth = np.array([place[examples.labels[i]] for i in places[mine]])
    texts = [examples.texts[i] for i in places[mine]]
    return train_english(examples.vectors[places[mine]], examples.english[mine], truth, texts)


def readings(
    letters: Array, examples: Examples, rows: Array, model: IntentModel
) -> tuple[list[Array], Array]:
    """Log-probabilities, rows × labels, of each reading there is; ``letters`` are such already.
    What is not English has nothing from the reading of English. And how near the nearest label's
    phrases are to each row."""
    if model.meaning is None or examples.vectors is None:
        return [letters], np.ones(len(rows))
    vectors = examples.vectors[rows]
    nearness = model.meaning.nearness(vectors)
    near = _log_softmax(nearness * SHARPNESS)
    found = [letters, _log_softmax(model.meaning.linear(vectors)), near]
    if model.english is None or examples.english is None:
        return found, nearness.max(axis=1)
    places = places_of_english(examples.languages)
    mine, told = np.isin(rows, places), np.zeros_like(letters)
    two = examples.english[np.searchsorted(places, rows[mine])]
    told[mine] = model.english.linear(vectors[mine], two, len(model.labels))
    return [*found, told], nearness.max(axis=1)


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


def unseen_readings(
    examples: Examples, counted: Counted, folds: int
) -> tuple[list[Array], Array, Array, Array]:
    """Readings of phrases by classifiers that were not shown them, their labels' places, which
    phrases they are (all of them, or a fifth where there are very many), and how near the
    nearest label's phrases are to each."""
    names = tuple(sorted(set(examples.labels)))
    place = {label: i for i, label in enumerate(names)}
    truth = np.array([place[label] for label in examples.labels])
    many = len(truth) >= MANY
    fold = folds_of(truth, HELD_BACK if many else folds)
    count = 1 if examples.vectors is None or len(names) < 2 else 3
    count += count == 3 and examples.english is not None
    read = [np.full((len(truth), len(names)), -30.0, np.float32) for _ in range(count)]
    near = np.ones(len(truth))
    for one in range(1 if many else folds):
        shown, hidden = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        if not len(shown) or not len(hidden):
            continue
        model = fit(examples, counted, shown.tolist())
        at = [place[label] for label in model.labels]
        letters = _log_softmax(model.letters.scores_of(counted.matrix[hidden]))
        parts, near[hidden] = readings(letters, examples, hidden, model)
        for whole, part in zip(read, parts, strict=False):
            whole[hidden[:, None], np.array(at)[None, :]] = part
    tried = np.flatnonzero(fold == 0) if many else np.arange(len(truth))
    return [one[tried] for one in read], truth[tried], tried, near[tried]


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
    examples: Examples,
    names: Sequence[str],
    letters: Array,
    sure: Array,
    truth: Array,
    loss: float = LOSS,
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
        if reached.any() and all(worse[group].sum() <= loss * group.sum() for group in groups):
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
