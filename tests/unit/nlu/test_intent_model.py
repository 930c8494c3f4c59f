"""Three readings of a message blended, one more of English, and early answers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nlu.components.early import Stage
from nlu.components.examples import Examples, places_of_english
from nlu.components.intent_model import HEAD, IntentModel
from nlu.components.intent_training import readings, train_intents
from nlu.components.mixing import ALL, blend
from tests.unit.nlu.conftest import PHRASES

A_BYTE = 0.03
"""How far a score may be off because a phrase's numbers are kept in a byte each."""
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


def test_an_intent_that_is_leant_against_is_less_likely(model):
    def sure(one):
        return one.confidences("anything at all", "cy", lambda _: vectors()[0])

    first = np.zeros(len(model.labels))
    first[0] = -2.0
    assert sure(replace(model, leaning={"cy": first}))[0] < sure(replace(model, leaning={}))[0]
    assert set(model.leaning) == set(LANGUAGES)


def test_confidences_add_up(model):
    assert model.confidences("anything", "en", lambda _: vectors()[0]).sum() == pytest.approx(1)


def test_letters_alone_answer_in_english_when_they_are_sure(model):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder was asked")

    sure = IntentModel(model.letters, model.meaning, model.mixes, [Stage((1.0,), 0.5)])
    assert sure.confidences("pothole in the road", "en", never).sum() == pytest.approx(1)
    with pytest.raises(AssertionError):
        sure.confidences("twll mawr yn y ffordd fawr", "cy", never)


def test_a_training_phrase_needs_no_encoder(model):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder was asked")

    welsh = TEXTS[LANGUAGES.index("cy")]
    again = model.confidences(f" {welsh.upper()} ", "cy", never)
    encoded = model.confidences(welsh + " x", "cy", lambda _: vectors()[TEXTS.index(welsh)])
    assert again.argmax() == encoded.argmax()
    assert model.meaning.linear(model.meaning.vector_of(welsh)[None, :]) == pytest.approx(
        model.meaning.linear(vectors()[TEXTS.index(welsh)][None, :]), abs=A_BYTE
    )


def test_without_vectors_there_is_one_reading():
    examples = Examples(TEXTS, LABELS, LANGUAGES)
    alone = train_intents(examples)
    found = readings(np.array([[0.0, -2.0]]), examples, np.array([0]), alone)
    assert len(found.blended) == 1 and found.near == [1.0] and found.alone is None
    assert alone.meaning is None and len(alone.mixes[ALL]) == 1


@pytest.fixture(scope="module")
def two_encoders() -> IntentModel:
    english = vectors()[places_of_english(LANGUAGES)]
    return train_intents(Examples(TEXTS, LABELS, LANGUAGES, vectors(), english=english))


def test_english_is_read_by_two_encoders_and_no_other_language_is(two_encoders):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder of English was asked")

    slow = replace(two_encoders, early=())
    rows = vectors()
    sure = slow.confidences("anything", "en", lambda _: rows[0], lambda _: rows[0])
    other = slow.confidences("anything", "en", lambda _: rows[0], lambda _: rows[-1])
    assert sure.sum() == pytest.approx(1)
    assert abs(np.log(sure[0]) - np.log(other[0])) > 1  # the other label is unlikely in both
    assert slow.confidences("anything", "cy", lambda _: rows[0], never).sum() == pytest.approx(1)
    assert len(slow.mixes["en" if "en" in slow.mixes else ALL]) == 4


def test_the_encoder_of_english_may_be_enough(two_encoders):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder of all languages was asked")

    early = replace(two_encoders, early=[Stage((1.0,), 2.0), Stage((0.1, 1.0), 0.6)])
    rows = vectors()
    for place in (LANGUAGES.index("en"), len(TEXTS) - 1 - LANGUAGES[::-1].index("en")):
        sure = early.confidences("anything at all", "en", never, lambda _, at=place: rows[at])
        assert early.labels[sure.argmax()] == LABELS[place] and sure.sum() == pytest.approx(1)
    far = replace(early, early=[Stage((0.1, 1.0), 0.6, enough=1.1)])
    with pytest.raises(AssertionError):
        far.confidences("anything at all", "en", never, lambda _: rows[0])
    unsure = replace(early, early=[Stage((0.1, 1.0), 1.1)])
    with pytest.raises(AssertionError):
        unsure.confidences("anything at all", "en", never, lambda _: rows[0])
    with pytest.raises(AssertionError):
        early.confidences("anything at all", "cy", never, lambda _: rows[0])


def test_a_model_from_before_there_were_two_stages_is_read(two_encoders, tmp_path):
    two_encoders.save(tmp_path)
    head = json.loads((tmp_path / HEAD).read_text("utf-8"))
    del head["early"]
    head["quick"] = {"weight": 1.3, "sure": 0.9}
    (tmp_path / HEAD).write_text(json.dumps(head), "utf-8")
    with np.load(tmp_path / "english.npz") as held:
        kept = {name: held[name] for name in held.files if not name.startswith(("alone_", "of_"))}
        phrases = {name: held[f"of_{name}"] for name in ("phrases", "scale", "keys")}
    np.savez(tmp_path / "english.npz", **kept, **phrases)
    loaded = IntentModel.load(tmp_path)
    assert loaded.early == (Stage((1.3,), 0.9),) and loaded.english.alone is None
    asked = ("anything at all", "en", lambda _: vectors()[0], lambda _: vectors()[3])
    kept_model = replace(two_encoders, early=loaded.early)
    assert loaded.confidences(TEXTS[LANGUAGES.index("en")], *asked[1:]).sum() == pytest.approx(1)
    assert loaded.confidences(*asked) == pytest.approx(kept_model.confidences(*asked), abs=1e-3)


def test_an_english_phrase_needs_neither_encoder(two_encoders):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("an encoder was asked")

    slow, phrase = replace(two_encoders, early=()), TEXTS[LANGUAGES.index("en")]
    known = slow.confidences(phrase.upper(), "en", never, never)
    assert slow.labels[known.argmax()] == LABELS[TEXTS.index(phrase)]


def test_the_reading_of_english_says_nothing_of_other_languages(two_encoders):
    english = vectors()[places_of_english(LANGUAGES)]
    examples = Examples(TEXTS, LABELS, LANGUAGES, vectors(), english=english)
    rows = np.arange(len(TEXTS))
    found = readings(np.zeros((len(rows), 2)), examples, rows, two_encoders)
    welsh = np.array(LANGUAGES) == "cy"
    for told in (found.blended[3], found.alone):
        assert (told[welsh] == 0).all() and (told[~welsh] < 0).all()


def test_where_no_language_is_named_all_is_taken_for_english():
    unnamed = [""] * len(TEXTS)
    examples = Examples(TEXTS, LABELS, unnamed, vectors(), english=vectors())
    model = replace(train_intents(examples), early=())
    asked = []
    model.confidences(
        "anything", "pl", lambda _: vectors()[0], lambda text: asked.append(text) or vectors()[0]
    )
    assert asked == ["anything"] and not model.named


def test_what_is_unlike_every_phrase_is_believed_less(model):
    slow = replace(model, early=())
    like = slow.read("anything", "cy", lambda _: vectors()[0], lambda _: None)[1]
    unlike = slow.read("anything", "cy", lambda _: -vectors()[0] - vectors()[-1], lambda _: None)[1]
    assert like == 1.0 and 0 <= unlike < 0.5
    assert set(slow.familiar) == {ALL}  # too few phrases of either language


def test_the_reading_of_english_is_kept(two_encoders, tmp_path):
    two_encoders.save(tmp_path)
    loaded = replace(IntentModel.load(tmp_path), early=())
    asked = ("anything at all", "en", lambda _: vectors()[0], lambda _: vectors()[3])
    kept = replace(two_encoders, early=())
    assert loaded.confidences(*asked) == pytest.approx(kept.confidences(*asked), abs=1e-3)


def test_a_blend_is_a_weighted_sum_of_log_probabilities():
    one, two, three = (np.log(np.array([[p, 1 - p]])) for p in (0.5, 0.8, 0.9))
    mixed = blend([one, two, three], (0.5, 1.0, 0.0))
    assert mixed == pytest.approx(0.5 * one + two)
