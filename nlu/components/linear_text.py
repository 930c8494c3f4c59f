"""A linear text classifier over letters and words: trained with scikit-learn, run with NumPy.

It is kept as arrays and JSON, never as a pickle, and needs no scikit-learn to answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.ngrams import letter_counts, word_counts

ARRAYS, WORDS = "weights.npz", "vocabulary.json"
REGULARISATION, ROUNDS = 2e-6, 12
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
    """A trained classifier. ``weights``: features × labels; ``rarity``: one number a feature."""

    features: Features
    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    rarity: Array
    weights: Array

    def scores(self, text: str) -> Array:
        """One number a label; the greatest is the best. A softmax of them are confidences."""
        places, values = vector(text, self.features, self.vocabulary, self.rarity)
        return values @ self.weights[places].astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / ARRAYS, rarity=self.rarity, weights=self.weights)
        head = {"features": asdict(self.features), "labels": self.labels}
        words = {**head, "vocabulary": list(self.vocabulary)}
        (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearText:
        """Read what ``save`` wrote."""
        head = json.loads((folder / WORDS).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            rarity, weights = arrays["rarity"], arrays["weights"]
        vocabulary = {word: place for place, word in enumerate(head["vocabulary"])}
        features = Features(**head["features"])
        return cls(features, tuple(head["labels"]), vocabulary, rarity, weights)


def vector(
    text: str, features: Features, vocabulary: dict[str, int], rarity: Array
) -> tuple[Array, Array]:
    """Places and values of the features of ``text`` that the vocabulary knows.

    Unknown ones count in the length of the vector: what is mostly unknown has small values
    for the rest, so nothing is concluded from it with confidence.
    """
    unknown = len(rarity)
    weighed = np.append(rarity, rarity.max(initial=1.0))
    places: list[Array] = [np.zeros(0, dtype=int)]
    values: list[Array] = [np.zeros(0)]
    for name, weight, count in features.blocks():
        counts = count(text)
        at = np.array([vocabulary.get(f"{name}:{gram}", unknown) for gram in counts], dtype=int)
        block = (1.0 + np.log(list(counts.values()))) * weighed[at]
        if len(block):
            block = block * (weight / np.sqrt((block**2).sum()))
        places.append(at[at != unknown])
        values.append(block[at != unknown])
    return np.concatenate(places), np.concatenate(values).astype(np.float32)


def train(texts: Sequence[str], labels: Sequence[str], features: Features) -> LinearText:
    """A classifier of ``texts``. Raises ValueError when there are no texts."""
    if not texts:
        raise ValueError("there is nothing to learn from")
    vocabulary, rarity = _vocabulary(texts, features)
    names = tuple(sorted(set(labels)))
    weights = _fit(matrix(texts, features, vocabulary, rarity), labels, names)
    return LinearText(features, names, vocabulary, rarity, weights)


def matrix(
    texts: Sequence[str], features: Features, vocabulary: dict[str, int], rarity: Array
) -> Array:
    """The texts' vectors as a sparse matrix, texts × features."""
    from scipy.sparse import csr_matrix

    vectors = [vector(text, features, vocabulary, rarity) for text in texts]
    ends = np.cumsum([0] + [len(places) for places, _ in vectors])
    places = np.concatenate([p for p, _ in vectors])
    values = np.concatenate([v for _, v in vectors])
    shape = (len(texts), len(vocabulary))
    return csr_matrix((values.astype(np.float64), places, ends), shape=shape)


def _vocabulary(texts: Iterable[str], features: Features) -> tuple[dict[str, int], Array]:
    seen: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        for name, _, count in features.blocks():
            seen.update(f"{name}:{gram}" for gram in count(text))
    kept = sorted(gram for gram, times in seen.items() if times >= features.rarest)
    often = np.array([seen[gram] for gram in kept], dtype=np.float64)
    rarity = np.log((1.0 + total) / (1.0 + often)) + 1.0
    return {gram: place for place, gram in enumerate(kept)}, rarity.astype(np.float32)


def _fit(vectors: Array, labels: Sequence[str], names: tuple[str, ...]) -> Array:
    """Logistic regression, one label against the rest, by stochastic gradient descent: with
    hundreds of labels it takes seconds where a multinomial one takes minutes, and was no
    less often right."""
    if len(names) == 1:
        return np.zeros((vectors.shape[1], 1), np.float16)
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
    weights = model.coef_.T.astype(np.float16)
    if len(names) == 2:  # scikit-learn keeps one column for two labels
        weights = np.hstack([-weights, weights])
    return np.ascontiguousarray(weights)


def confidences(scores: Array, temperature: float = 1.0) -> Array:
    """Scores as numbers from 0 to 1 that add up to 1; a higher temperature is less sure."""
    spread = np.asarray(scores, dtype=np.float64) / temperature
    spread = np.exp(spread - spread.max())
    return spread / spread.sum()
