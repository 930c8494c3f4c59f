"""Three readings of a message blended: each alone, the mix, and the first stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nlu.components.intent_model import (
    DANGER,
    NEVER,
    WISH_ODDS,
    Examples,
    IntentModel,
    Quick,
    believed,
    danger_limits,
    familiar_from,
    first_stage,
    likeness,
    places_of_english,
    readings,
    train_intents,
)
from nlu.components.meaning import train_meaning
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


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_odds_of_a_wish_are_raised_and_the_rest_keeps_its_order(model, language):
    few = replace(model.letters, labels=("human", "service_library", "service_pothole"))
    raised = replace(model, letters=few).with_wishes(np.array([0.2, 0.5, 0.3]), language)
    assert raised.sum() == pytest.approx(1.0)
    assert raised[1] / raised[2] == pytest.approx(0.5 / 0.3)
    odds = WISH_ODDS.get(language, WISH_ODDS[ALL])
    assert raised[0] / raised[1] == pytest.approx(odds * 0.2 / 0.5)


def test_a_wish_in_passing_keeps_the_letters_from_answering_alone():
    names = ("human", "service_library")
    sure = np.array([[0.01, 0.99], [0.03, 0.97]])
    assert believed(sure, names).tolist() == [True, False]


def test_letters_alone_answer_in_english_when_they_are_sure(model):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder was asked")

    sure = IntentModel(model.letters, model.meaning, model.mixes, Quick(1.0, 0.5))
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


def test_the_first_stage_is_never_used_where_a_way_of_writing_would_lose():
    truth = np.array([0, 1] * 100)
    good = np.where(np.eye(2)[truth] == 1, 0.0, -5.0)
    bad = good.copy()
    bad[:20] = bad[:20, ::-1]  # letters are wrong, and sure, for a third of one way of writing
    sure, rows = np.exp(good), np.zeros((200, 4), np.float32)
    varieties = ["sms"] * 60 + ["plain"] * 140
    examples = Examples(["x"] * 200, ["a", "b"] * 100, ["en"] * 200, rows, varieties)
    assert first_stage(examples, "ab", bad, sure, truth).sure > 1
    assert first_stage(examples, "ab", good, sure, truth).sure <= 1
    elsewhere = Examples(["x"] * 200, ["a", "b"] * 100, ["cy"] * 200, rows, varieties)
    assert first_stage(elsewhere, "ab", good, sure, truth) == NEVER


def test_without_vectors_there_is_one_reading():
    examples = Examples(TEXTS, LABELS, LANGUAGES)
    alone = train_intents(examples)
    found, near = readings(np.array([[0.0, -2.0]]), examples, np.array([0]), alone)
    assert len(found) == 1 and near == [1.0]
    assert alone.meaning is None and len(alone.mixes[ALL]) == 1


@pytest.fixture(scope="module")
def two_encoders() -> IntentModel:
    english = vectors()[places_of_english(LANGUAGES)]
    return train_intents(Examples(TEXTS, LABELS, LANGUAGES, vectors(), english=english))


def test_english_is_read_by_two_encoders_and_no_other_language_is(two_encoders):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("the encoder of English was asked")

    slow = replace(two_encoders, quick=NEVER)
    rows = vectors()
    sure = slow.confidences("anything", "en", lambda _: rows[0], lambda _: rows[0])
    other = slow.confidences("anything", "en", lambda _: rows[0], lambda _: rows[-1])
    assert sure.sum() == pytest.approx(1)
    assert abs(np.log(sure[0]) - np.log(other[0])) > 1  # the other label is unlikely in both
    assert slow.confidences("anything", "cy", lambda _: rows[0], never).sum() == pytest.approx(1)
    assert len(slow.mixes["en" if "en" in slow.mixes else ALL]) == 4


def test_an_english_phrase_needs_neither_encoder(two_encoders):
    def never(_text: str) -> np.ndarray:
        raise AssertionError("an encoder was asked")

    slow, phrase = replace(two_encoders, quick=NEVER), TEXTS[LANGUAGES.index("en")]
    known = slow.confidences(phrase.upper(), "en", never, never)
    assert slow.labels[known.argmax()] == LABELS[TEXTS.index(phrase)]


def test_the_reading_of_english_says_nothing_of_other_languages(two_encoders):
    english = vectors()[places_of_english(LANGUAGES)]
    examples = Examples(TEXTS, LABELS, LANGUAGES, vectors(), english=english)
    rows = np.arange(len(TEXTS))
    told = readings(np.zeros((len(rows), 2)), examples, rows, two_encoders)[0][3]
    welsh = np.array(LANGUAGES) == "cy"
    assert (told[welsh] == 0).all() and (told[~welsh] < 0).all()


def test_where_no_language_is_named_all_is_taken_for_english():
    unnamed = [""] * len(TEXTS)
    examples = Examples(TEXTS, LABELS, unnamed, vectors(), english=vectors())
    model = replace(train_intents(examples), quick=NEVER)
    asked = []
    model.confidences(
        "anything", "pl", lambda _: vectors()[0], lambda text: asked.append(text) or vectors()[0]
    )
    assert asked == ["anything"] and not model.named


def test_what_is_unlike_every_phrase_is_believed_less(model):
    slow = replace(model, quick=NEVER)
    like = slow.read("anything", "cy", lambda _: vectors()[0], lambda _: None)[1]
    unlike = slow.read("anything", "cy", lambda _: -vectors()[0] - vectors()[-1], lambda _: None)[1]
    assert like == 1.0 and 0 <= unlike < 0.5
    assert set(slow.familiar) == {ALL}  # too few phrases of either language


def test_nine_in_ten_unseen_phrases_are_familiar_enough():
    near = np.linspace(0.0, 1.0, 101)
    found = familiar_from(near, ["pl"] * 101)
    assert found[ALL] == pytest.approx(0.1) and found["pl"] == pytest.approx(0.1)
    assert [likeness(one, 0.1) for one in (-0.5, 0.05, 0.1, 0.9)] == [0.0, 0.5, 1.0, 1.0]
    assert likeness(0.3, 0.0) == 1.0


def test_the_reading_of_english_is_kept(two_encoders, tmp_path):
    two_encoders.save(tmp_path)
    loaded = replace(IntentModel.load(tmp_path), quick=NEVER)
    asked = ("anything at all", "en", lambda _: vectors()[0], lambda _: vectors()[3])
    kept = replace(two_encoders, quick=NEVER)
    assert loaded.confidences(*asked) == pytest.approx(kept.confidences(*asked), abs=1e-3)


def test_the_limit_of_danger_lets_few_look_alikes_pass():
    labels = ["crisis_abuse"] * 100 + ["service_pothole"] * 200
    alike = [False] * 100 + [True] * 200
    likely = np.concatenate([np.full(100, 0.8), np.linspace(0.0, 0.6, 200)])
    sure = np.column_stack([likely, 1 - likely])
    names = ("crisis_abuse", "service_pothole")
    spoken = ["uk"] * 300
    limits = danger_limits(Examples(labels, labels, spoken, None, (), alike), names, sure)
    assert 0 < (likely[100:] >= limits[ALL]).sum() <= 4
    assert danger_limits(Examples(labels, labels, spoken), names, sure) == {ALL: DANGER}


def test_nearness_asked_of_some_labels_is_the_same_for_them():
    rows = np.random.default_rng(2).normal(size=(30, 6)).astype(np.float32)
    meaning = train_meaning(rows, np.repeat([0, 1, 2], 10), ["a", "b", "c"], 1.0)
    whole, part = meaning.nearness(rows[:1]), meaning.nearness_of(rows[:1], [0, 2])
    assert part[0, [0, 2]] == pytest.approx(whole[0, [0, 2]], abs=1e-6)
    assert part[0, 1] == min(part[0, [0, 2]])


def test_a_blend_is_a_weighted_sum_of_log_probabilities():
    one, two, three = (np.log(np.array([[p, 1 - p]])) for p in (0.5, 0.8, 0.9))
    mixed = blend([one, two, three], (0.5, 1.0, 0.0))
    assert mixed == pytest.approx(0.5 * one + two)


def test_nearness_is_the_mean_cosine_of_the_nearest_three():
    rows = np.eye(5, dtype=np.float32)
    meaning = train_meaning(rows, np.array([0, 0, 0, 0, 1]), ["a", "b"], 1.0)
    query = rows[:1]
    cosines = meaning.centred(query) @ (meaning.phrases * meaning.scale[:, None]).T
    best = np.sort(cosines[0, :4])[-3:].mean()
    assert meaning.nearness(query)[0] == pytest.approx([best, cosines[0, 4]], abs=1e-6)
