"""The reading of English by two encoders."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.english import ARRAYS, English, train_english
from nlu.components.known_phrases import keys_of
from nlu.components.networks import UNKNOWN


def vectors(places, seed):
    """Rows that say a little of which of three labels is meant."""
    rows = np.random.default_rng(seed).normal(0, 0.4, (len(places), 6))
    rows[np.arange(len(places)), places] += 1.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


TRUTH = np.array([0, 1, 2] * 40)


@pytest.fixture(scope="module")
def english():
    return train_english(vectors(TRUTH, 1), vectors(TRUTH, 2), TRUTH * 2, 6)


def test_both_encoders_are_heard(english):
    asked = np.array([0, 1, 2] * 30)
    one, other = vectors(asked, 3), vectors(asked, 4)
    right = (english.both.tell([one, other], 6).argmax(axis=1) == asked * 2).mean()
    for least in ((one, other[::-1]), (one[::-1], other)):
        assert right > (english.both.tell(least, 6).argmax(axis=1) == asked * 2).mean()
    assert right > 0.9


def test_probabilities_add_up_and_labels_without_phrases_have_the_least(english):
    one, two = vectors(TRUTH, 5), vectors(TRUTH, 6)
    for told in (english.both.tell([one, two], 6), english.alone.tell([two], 6)):
        assert np.exp(told).sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert (told[:, [1, 3, 5]] == UNKNOWN).all() and (told >= UNKNOWN).all()


def test_the_encoder_of_english_alone_tells_labels_apart(english):
    asked = np.array([0, 1, 2] * 30)
    told = english.alone.tell([vectors(asked, 4)], 6)
    assert (told.argmax(axis=1) == asked * 2).mean() > 0.8


def test_two_labels_have_a_column_each():
    truth = np.array([0, 1] * 30)
    english = train_english(vectors(truth, 1), vectors(truth, 2), truth, 2)
    told = english.both.tell([vectors(truth, 3), vectors(truth, 4)], 2)
    assert (told.argmax(axis=1) == truth).mean() > 0.9


def test_one_label_is_nothing_to_tell_apart():
    assert train_english(vectors([0] * 5, 1), vectors([0] * 5, 2), np.zeros(5, int), 1) is None


def test_a_phrase_is_known_again_and_nothing_else_is():
    texts = [f"phrase {number}" for number in range(len(TRUTH))]
    two = vectors(TRUTH, 2)
    english = train_english(vectors(TRUTH, 1), two, TRUTH, 3, texts)
    asked, phrases = [two[7:8]], english.phrases
    known = [phrases.vector_of(" PHRASE  7 ")[None, :]]
    assert phrases.centred(known[0]) == pytest.approx(phrases.centred(asked[0]), abs=0.01)
    assert english.alone.tell(known, 3) == pytest.approx(english.alone.tell(asked, 3), abs=0.1)
    assert phrases.vector_of("another phrase") is None


def test_without_texts_no_phrase_is_known(english):
    assert english.phrases.vector_of("anything") is None


def test_what_is_saved_is_what_is_loaded(english, tmp_path):
    english.save(tmp_path)
    loaded, asked = English.load(tmp_path), [vectors(TRUTH, 7), vectors(TRUTH, 8)]
    assert loaded.both.tell(asked, 6) == pytest.approx(english.both.tell(asked, 6))
    assert loaded.alone.tell(asked[1:], 6) == pytest.approx(english.alone.tell(asked[1:], 6))


def test_a_reading_from_before_there_were_early_answers_knows_its_phrases(english, tmp_path):
    two = vectors(TRUTH, 2)
    held = {"keys": keys_of([f"phrase {i}" for i in range(len(two))]), "phrases": two}
    np.savez(tmp_path / ARRAYS, **english.both.arrays(), **held, scale=np.ones(len(two)))
    loaded = English.load(tmp_path)
    assert loaded.alone is None
    assert loaded.phrases.vector_of("phrase 7") == pytest.approx(two[7])
