"""A linear text classifier over letters and words: trained with scikit-learn, run with NumPy.

It is kept as arrays and JSON, never as a pickle, and needs no scikit-learn to answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.in_bytes import in_bytes
from nlu.components.ngrams import letter_counts, word_counts
from nlu.components.vocabulary import Vocabulary

ARRAYS, WORDS = "weights.npz", "vocabulary.json"
REGULARISATION, ROUNDS = 2e-6, 5
"""More rounds learn the phrases by heart: indirect messages were understood worse."""
Array = Any  # numpy arrays carry no useful types here


@dataclass(frozen=True)
class Features:
    """Which features are counted. ``words`` 0 means letters only.

    ``word_weight`` is the length of the words' part of the vector, the letters' being 1.
    """

    shortest: int = 2
    longest: int = 5
    words: int = 2
    word_weight: float = 0.8
    rarest: int = 1

    def blocks(self) -> list[tuple[str, float, Callable[[str], Counter[str]]]]:
        """Name, weight and counter of each kind of feature."""
        letters = ("c", 1.0, lambda text: letter_counts(text, self.shortest, self.longest))
        if not self.words:
            return [letters]
        return [letters, ("w", self.word_weight, lambda text: word_counts(text, self.words))]


@dataclass(frozen=True)
class LinearText:
    """A trained classifier. ``weights``: features × labels, in bytes (nlu/components/in_bytes.py)
    that count ``scale`` each, one number a feature, as ``rarity`` is."""

    features: Features
    labels: tuple[str, ...]
    vocabulary: Vocabulary
    rarity: Array
    weights: Array
    scale: Array

    def scores(self, text: str) -> Array:
        """One number a label; the greatest is the best. A softmax of them are confidences."""
        places, values = vector(text, self.features, self.vocabulary, self.weighed)
        return (values * self.scale[places]) @ self.weights[places].astype(np.float32)

    def scores_of(self, matrix: Array) -> Array:
        """The same for many texts, whose features were counted with this vocabulary."""
        return matrix @ (self.weights * self.scale[:, None])

    @cached_property
    def weighed(self) -> Array:
        """The rarity of each feature and, last, that of all unknown ones: the greatest."""
        return with_unknown(self.rarity)

    def knows_a_word(self, text: str) -> bool:
        """Whether any word of the text was met in training, as often as a feature must be."""
        return any(f"w:{word}" in self.vocabulary for word in word_counts(text, 1))

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, just after training: what was read knows no more names."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"rarity": self.rarity, "weights": self.weights, "scale": self.scale}
        np.savez_compressed(folder / ARRAYS, **arrays)
        head = {"features": asdict(self.features), "labels": self.labels}
        words = {**head, "vocabulary": list(self.vocabulary.names)}
        (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearText:
        """Read what ``save`` wrote."""
        head = json.loads((folder / WORDS).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            rarity, weights, scale = arrays["rarity"], arrays["weights"], arrays["scale"]
        features = Features(**head["features"])
        vocabulary = Vocabulary.of(head["vocabulary"]).without_names()
        return cls(features, tuple(head["labels"]), vocabulary, rarity, weights, scale)


def with_unknown(rarity: Array) -> Array:
    """``rarity`` with one entry more, for all features that are unknown."""
    return np.append(rarity, rarity.max(initial=1.0))


def vector(
    text: str, features: Features, vocabulary: Vocabulary, weighed: Array
) -> tuple[Array, Array]:
    """Places and values of the features of ``text`` that the vocabulary knows. ``weighed``: their
    rarity, and last that of the unknown ones.

    Unknown ones count in the length of the vector: what is mostly unknown has small values
    for the rest, so nothing is concluded from it with confidence.
    """
    places: list[Array] = [np.zeros(0, dtype=int)]
    values: list[Array] = [np.zeros(0)]
    for name, weight, counter in features.blocks():
        counts = counter(text)
        at = vocabulary.find([f"{name}:{gram}" for gram in counts])
        known, block = _weigh(at, np.array(list(counts.values()), float), weight, weighed)
        places.append(known)
        values.append(block)
    return np.concatenate(places), np.concatenate(values).astype(np.float32)


@dataclass(frozen=True)
class Counted:
    """Training texts whose features have been counted once, for any number of fits.

    ``matrix``: texts × features, sparse, as ``vector`` would give them one by one.
    """

    features: Features
    vocabulary: Vocabulary
    rarity: Array
    matrix: Array


def train(texts: Sequence[str], labels: Sequence[str], features: Features) -> LinearText:
    """A classifier of ``texts``. Raises ValueError when there are no texts."""
    return fit(count(texts, features), range(len(texts)), labels)


def fit(counted: Counted, rows: Sequence[int], labels: Sequence[str]) -> LinearText:
    """A classifier of some of the counted texts; ``labels`` has one entry a row."""
    names = tuple(sorted(set(labels)))
    weights, scale = in_bytes(_fit(counted.matrix[list(rows)], labels, names))
    return LinearText(counted.features, names, counted.vocabulary, counted.rarity, weights, scale)


def count(texts: Sequence[str], features: Features) -> Counted:
    """Count every feature of every text. Raises ValueError when there are no texts."""
    if not texts:
        raise ValueError("there is nothing to learn from")
    met: dict[str, int] = {}
    found = [_count_one(text, features, met) for text in texts]
    often = np.bincount(
        np.concatenate([at for row in found for at, _, _ in row]), minlength=len(met)
    )
    kept = np.flatnonzero(often >= features.rarest)
    new = np.full(len(met) + 1, len(kept), dtype=np.int64)  # what is left out is unknown
    new[kept] = np.arange(len(kept))
    rarity = (np.log((1.0 + len(texts)) / (1.0 + often[kept])) + 1.0).astype(np.float32)
    grams = list(met)
    vocabulary = Vocabulary.of([grams[old] for old in kept])
    return Counted(features, vocabulary, rarity, _matrix(found, new, rarity))


Block = tuple[Array, Array, float]
"""Places of the features met, how often each was, and the block's weight."""


def _count_one(text: str, features: Features, met: dict[str, int]) -> list[Block]:
    blocks = []
    for name, weight, counter in features.blocks():
        counts = counter(text)
        at = [met.setdefault(f"{name}:{gram}", len(met)) for gram in counts]
        blocks.append((np.array(at, np.int64), np.array(list(counts.values()), float), weight))
    return blocks


def _matrix(found: Sequence[Sequence[Block]], new: Array, rarity: Array) -> Array:
    from scipy.sparse import csr_matrix

    weighed = with_unknown(rarity)
    places, values, ends = [], [], [0]
    for row in found:
        parts = [_weigh(new[at], times, weight, weighed) for at, times, weight in row]
        places += [at for at, _ in parts]
        values += [value for _, value in parts]
        ends.append(ends[-1] + sum(len(at) for at, _ in parts))
    shape = (len(found), len(rarity))
    return csr_matrix((np.concatenate(values), np.concatenate(places), ends), shape=shape)


def _weigh(at: Array, times: Array, weight: float, weighed: Array) -> tuple[Array, Array]:
    """Places and values of a block's known features; the last place of ``weighed`` is for the
    unknown ones, which count in the length only."""
    unknown = len(weighed) - 1
    block = (1.0 + np.log(times)) * weighed[at]
    if len(block):
        block = block * (weight / np.sqrt((block**2).sum()))
    return at[at != unknown], block[at != unknown]


def _fit(vectors: Array, labels: Sequence[str], names: tuple[str, ...]) -> Array:
    """Logistic regression, one label against the rest, by stochastic gradient descent: with
    hundreds of labels it takes seconds where a multinomial one takes minutes, and was no
    less often right."""
    if len(names) == 1:
        return np.zeros((vectors.shape[1], 1), np.float32)
    from sklearn.linear_model import SGDClassifier

    model = SGDClassifier(
        loss="log_loss",
        alpha=REGULARISATION,
        max_iter=ROUNDS,
        tol=None,
        random_state=0,
        fit_intercept=False,  # so that nothing known means no preference
        n_jobs=-1,
    )
    model.fit(vectors, [names.index(label) for label in labels])
    weights = model.coef_.T.astype(np.float32)
    if len(names) == 2:  # scikit-learn keeps one column for two labels
        weights = np.hstack([-weights, weights])
    return weights


def confidences(scores: Array, temperature: float = 1.0) -> Array:
    """Scores as numbers from 0 to 1 that add up to 1; a higher temperature is less sure."""
    spread = np.asarray(scores, dtype=np.float64) / temperature
    spread = np.exp(spread - spread.max())
    return spread / spread.sum()
