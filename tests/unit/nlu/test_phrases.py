"""Phrases known by their vectors: how near they are, and which one a text is."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.meaning import train_meaning
from nlu.components.phrases import FAR, Phrases, arrange


def test_nearness_asked_of_some_labels_is_the_same_for_them():
    rows = np.random.default_rng(2).normal(size=(30, 6)).astype(np.float32)
    meaning = train_meaning(rows, np.repeat([0, 1, 2], 10), ["a", "b", "c"], 1.0)
    whole, part = meaning.nearness(rows[:1]), meaning.nearness_of(rows[:1], [0, 2])
    assert part[0, [0, 2]] == pytest.approx(whole[0, [0, 2]], abs=1e-6)
    assert part[0, 1] == min(part[0, [0, 2]])


def test_nearness_is_the_mean_cosine_of_the_nearest_three():
    rows = np.eye(5, dtype=np.float32)
    meaning = train_meaning(rows, np.array([0, 0, 0, 0, 1]), ["a", "b"], 1.0)
    query = rows[:1]
    cosines = meaning.centred(query) @ (meaning.phrases * meaning.scale[:, None]).T
    best = np.sort(cosines[0, :4])[-3:].mean()
    assert meaning.nearness(query)[0] == pytest.approx([best, cosines[0, 4]], abs=1e-6)


def test_a_label_without_phrases_is_far_away():
    rows = np.random.default_rng(3).normal(size=(20, 6)).astype(np.float32)
    phrases = arrange(rows, np.repeat([0, 3], 10), labels=4)
    near = phrases.nearness(rows[:2])
    assert (near[:, [1, 2]] == FAR).all() and (near[:, [0, 3]] > FAR).all()


def test_what_is_kept_is_read_again():
    rows = np.random.default_rng(4).normal(size=(8, 6)).astype(np.float32)
    phrases = arrange(rows, np.arange(8) % 2, 2, [f"phrase {n}" for n in range(8)])
    again = Phrases.of(phrases.arrays())
    assert again.vector_of("Phrase  3") == pytest.approx(phrases.vector_of("phrase 3"))
    assert phrases.centred(again.vector_of("phrase 3")[None, :]) == pytest.approx(
        phrases.centred(rows[3:4]), abs=0.02
    )
    assert again.vector_of("phrase") is None
