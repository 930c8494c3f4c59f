"""The reading of English by two encoders."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.english import UNKNOWN, English, train_english


def vectors(places, seed):
    """Rows that say a little of which of three labels is meant."""
    rows = np.random.default_rng(seed).normal(0, 0.4, (len(places), 6))
    rows[np.arange(len(places)), places] += 1.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


TRUTH = np.array([0, 1, 2] * 40)


@pytest.fixture(scope="module")
def english():
    return train_english(vectors(TRUTH, 1), vectors(TRUTH, 2), TRUTH * 2)


def test_both_encoders_are_heard(english):
    asked = np.array([0, 1, 2] * 30)
    one, other = vectors(asked, 3), vectors(asked, 4)
    right = (english.linear(one, other, 6).argmax(axis=1) == asked * 2).mean()
    for least in ((one, other[::-1]), (one[::-1], other)):
        assert right > (english.linear(*least, 6).argmax(axis=1) == asked * 2).mean()
    assert right > 0.9


def test_probabilities_add_up_and_labels_without_phrases_have_the_least(english):
    told = english.linear(vectors(TRUTH, 5), vectors(TRUTH, 6), 6)
    assert np.exp(told).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (told[:, [1, 3, 5]] == UNKNOWN).all() and (told >= UNKNOWN).all()


def test_two_labels_have_a_column_each():
    truth = np.array([0, 1] * 30)
    english = train_english(vectors(truth, 1), vectors(truth, 2), truth)
    told = english.linear(vectors(truth, 3), vectors(truth, 4), 2)
    assert (told.argmax(axis=1) == truth).mean() > 0.9


def test_one_label_is_nothing_to_tell_apart():
    assert train_english(vectors([0] * 5, 1), vectors([0] * 5, 2), np.zeros(5, int)) is None


def test_a_phrase_is_known_again_and_nothing_else_is():
    texts = [f"phrase {number}" for number in range(len(TRUTH))]
    two = vectors(TRUTH, 2)
    english = train_english(vectors(TRUTH, 1), two, TRUTH, texts)
    assert english.vector_of(" PHRASE  7 ") == pytest.approx(two[7], abs=0.01)
    assert english.vector_of("another phrase") is None


def test_without_texts_no_phrase_is_known(english):
    assert english.vector_of("anything") is None


def test_what_is_saved_is_what_is_loaded(english, tmp_path):
    english.save(tmp_path)
    asked = (vectors(TRUTH, 7), vectors(TRUTH, 8), 6)
    assert English.load(tmp_path).linear(*asked) == pytest.approx(english.linear(*asked))
