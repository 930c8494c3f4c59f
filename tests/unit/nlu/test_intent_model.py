"""Three readings of a message blended: each alone, the mix, and the first stage."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.intent_model import (
    NEVER,
    Examples,
    IntentModel,
    Quick,
    best_mix,
    blend,
    first_stage,
    readings,
    train_intents,
)
from nlu.components.meaning import train_meaning
from tests.unit.nlu.conftest import PHRASES

TEXTS = [text for found in PHRASES.values() for text in found]
LABELS = [intent for (_, intent), found in PHRASES.items() for _ in found]
LANGUAGES = [language for (language, _), found in PHRASES.items() for _ in found]


def vectors() -> np.ndarray:
    """Meaning as a machine would see it that knows the two services apart, and little else."""
    noise = np.random.default_rng(1).normal(0, 0.1, (len(TEXTS), 4))
    place = np.array([label == "service_library" for label in LABELS])
    noise[np.arange(len(TEXTS)), place.astype(int)] += 1.0
    return (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return train_intents(Examples(TEXTS, LABELS, LANGUAGES, vectors()))


def test_what_is_saved_is_what_is_loaded(model, tmp_path):
    model.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    for text in TEXTS[:5]:
        one, other = (m.confidences(text, "cy", lambda _: vectors()[0]) for m in (model, loaded))
        assert other == pytest.approx(one, abs=1e-3)


def test_confidences_add_up(model):
    assert model.confidences("anything", "en", lambda _: vectors()[0]).sum() == pytest.approx(1)


def test_letters_alone_answer_in_english_when_they_are_sure(model):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder was asked")

    sure = IntentModel(model.letters, model.meaning, model.mix, model.heat, Quick(1.0, 0.5))
    assert sure.confidences("pothole in the road", "en", never).sum() == pytest.approx(1)
    with pytest.raises(AssertionError):
        sure.confidences("twll yn y ffordd", "cy", never)


def test_the_first_stage_is_never_used_where_a_way_of_writing_would_lose():
    truth = np.array([0, 1] * 100)
    good = np.where(np.eye(2)[truth] == 1, 5.0, 0.0)
    bad = good.copy()
    bad[:20] = 20 * bad[:20, ::-1]  # letters are wrong, and sure, for a third of one way of writing
    varieties = ["sms"] * 60 + ["plain"] * 140
    examples = Examples(["x"] * 200, ["a", "b"] * 100, ["en"] * 200, None, varieties)
    assert first_stage(examples, bad, good, truth).sure > 1
    assert first_stage(examples, good, good.copy(), truth).sure <= 1
    elsewhere = Examples(["x"] * 200, ["a", "b"] * 100, ["cy"] * 200, None, varieties)
    assert first_stage(elsewhere, good, good.copy(), truth) == NEVER


def test_without_vectors_there_is_one_reading():
    letters = np.array([[2.0, 0.0]])
    assert len(readings(letters, None, None)) == 1
    assert best_mix(readings(letters, None, None), np.array([0])) == (1.0, 0.0, 0.0)


def test_a_blend_is_a_weighted_sum_of_log_probabilities():
    one, two, three = (np.log(np.array([[p, 1 - p]])) for p in (0.5, 0.8, 0.9))
    mixed = blend([one, two, three], (0.5, 1.0, 0.0))
    assert mixed == pytest.approx(0.5 * one + two)


def test_nearness_is_the_mean_cosine_of_the_nearest_three():
    rows = np.eye(5, dtype=np.float32)
    meaning = train_meaning(rows, np.array([0, 0, 0, 0, 1]), ["a", "b"], 1.0)
    query = rows[:1]
    cosines = meaning.centred(query) @ meaning.phrases.T
    best = np.sort(cosines[0, :4])[-3:].mean()
    assert meaning.nearness(query)[0] == pytest.approx([best, cosines[0, 4]], abs=1e-6)
