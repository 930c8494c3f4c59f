"""Intents from letters and words, with confidences that can be trusted."""

from dataclasses import replace

import numpy as np
import pytest

from nlu.components.intent_classifier import FALLBACK, IntentClassifier, named
from nlu.components.linear_text import Features, LinearText, confidences, train
from nlu.encoders.port import EncoderMissing
from tests.unit.nlu.conftest import PHRASES, understood


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("a huge hole in the road", "service_pothole"),
        ("pothol on are rode", "service_pothole"),
        ("libary opening hours", "service_library"),
        ("twll yn y ffordd ger y siop", "service_pothole"),
        ("pryd mae'r llyfrgel yn agor?", "service_library"),
    ],
)
def test_new_and_misspelt_messages_are_understood(trained, text, intent):
    message = understood(trained(IntentClassifier, threshold=0.0), text)
    assert message.get("intent")["name"] == intent


def test_confidences_add_up_and_are_ranked(trained):
    ranking = understood(trained(IntentClassifier), "hole in the road").get("intent_ranking")
    sure = [candidate["confidence"] for candidate in ranking]
    assert sum(sure) == pytest.approx(1.0)
    assert sure == sorted(sure, reverse=True)


def test_below_the_threshold_it_falls_back_and_keeps_its_candidates(trained):
    message = understood(trained(IntentClassifier, threshold=1.1), "hole in the road")
    assert message.get("intent")["name"] == FALLBACK
    assert message.get("intent_ranking")[0]["name"] == "service_pothole"


@pytest.mark.parametrize("text", ["😀😀", "...", "؟؟؟", "\u200d", "12", "3."])
def test_a_text_without_words_is_not_understood(trained, text):
    assert understood(trained(IntentClassifier), text).get("intent")["name"] == FALLBACK


def test_what_is_unknown_is_concluded_from_with_less_confidence(trained):
    classifier = trained(IntentClassifier)
    known, unknown = (
        understood(classifier, text).get("intent_ranking")[0]["confidence"]
        for text in ("pothole in the road", "pqzz vw jjx")
    )
    assert known > unknown


def test_payloads_are_left_to_rasa(trained):
    assert understood(trained(IntentClassifier), "/service_pothole").get("intent") is None


def test_nothing_is_pickled(trained, tmp_path):
    trained(IntentClassifier)
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        "weights.npz",
        "vocabulary.json",
        "settings.json",
        "blend.json",
        "meaning.npz",
        "english.npz",
    }
    assert names == kept
    with np.load(next(tmp_path.rglob("weights.npz")), allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} == {"f", "i"}


def test_without_an_encoder_the_letters_are_enough(trained):
    classifier = trained(IntentClassifier, encoder="none", threshold=0.0)
    assert understood(classifier, "pothol on are rode").get("intent")["name"] == "service_pothole"


def test_a_model_is_not_used_with_another_encoder(trained):
    with pytest.raises(EncoderMissing, match="trained with the encoder none"):
        trained(IntentClassifier, encoder="none", encoder_when_loaded="nano_e5")


def test_a_model_from_before_english_had_an_encoder_of_its_own_is_used(trained, phrases, tmp_path):
    one = trained(IntentClassifier, english="none")
    again = IntentClassifier.load(
        {**one.config, "english": "mini_lm"}, one._storage, one._resource, None
    )
    assert again.english is None and again.model.english is None
    assert understood(again, "hole in the road").get("intent")["name"] == "service_pothole"


def test_many_small_dangers_are_one_danger(trained):
    classifier = trained(IntentClassifier)
    model = replace_labels(classifier.model, "crisis_abuse", "crisis_suicide")
    classifier.model = model
    intent = understood(classifier, "hole in the road").get("intent")
    assert intent["name"].startswith("crisis_") and intent["confidence"] > 0.99


def test_a_bare_answer_where_nothing_was_asked_is_asked_about_again(trained):
    classifier = trained(IntentClassifier)
    classifier.model = replace_labels(classifier.model, "service_library", "answer")
    message = understood(classifier, "hole in the road")
    assert message.get("intent_ranking")[0]["name"] == "answer"
    assert message.get("intent")["name"] == FALLBACK


@pytest.mark.parametrize("text", ["x" * 10_000, "\0\ud800\udfff", "\U000e0041" * 50, "ﷺ" * 300])
def test_hostile_text_never_raises(trained, text):
    assert understood(trained(IntentClassifier), text).get("intent")


def replace_labels(model, *labels):
    return replace(model, letters=replace(model.letters, labels=labels))


def test_a_longer_message_never_breaks_it(trained):
    assert understood(trained(IntentClassifier), "pothole " * 5000).get("intent")


def test_what_is_saved_is_what_is_loaded(tmp_path):
    texts = [text for found in PHRASES.values() for text in found]
    labels = [intent for (_, intent), found in PHRASES.items() for _ in found]
    model = train(texts, labels, Features())
    model.save(tmp_path)
    for text in ("hole in the road", "llyfrgell", "nothing known xyz"):
        assert np.allclose(LinearText.load(tmp_path).scores(text), model.scores(text))


def test_one_label_alone_is_always_the_answer():
    model = train(["hello", "hi there"], ["greet", "greet"], Features())
    assert confidences(model.scores("anything")) == pytest.approx([1.0])


def test_nothing_to_learn_from_is_an_error():
    with pytest.raises(ValueError, match="nothing to learn from"):
        train([], [], Features())


def test_the_name_of_an_intent_with_few_phrases_is_a_phrase_more(phrases):
    found = named(list(phrases.intent_examples))
    assert [(e.get("text"), e.get("intent")) for e in found] == [
        ("library", "service_library"),
        ("pothole", "service_pothole"),
    ]
    assert named(list(phrases.intent_examples) * 2) == []
