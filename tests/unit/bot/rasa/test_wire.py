"""What the connector reads, and how it says what was understood."""

import json

import pytest

from bot.files.cards import load_cards
from bot.intents import kind_of, service_of
from bot.rasa.action_endpoint import with_recent_events
from bot.rasa.connector import CARDS, FairwayInput
from bot.rasa.question import LARGEST_BODY, BadQuestion, read_question
from bot.rasa.understood import understanding

GOOD = {"sender": "c1", "message": "hello", "message_id": "m1", "metadata": {"medium": "web"}}


def test_a_good_question_is_read():
    question = read_question(json.dumps(GOOD).encode())
    assert (question.sender, question.message, question.message_id) == ("c1", "hello", "m1")
    assert question.metadata == {"medium": "web"}


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff", 400, "not JSON"),
        (b"[" * 30_000, 400, "not JSON"),
        (b"[]", 400, "JSON object"),
        (b" " * (LARGEST_BODY + 1), 413, "too large"),
        ({"sender": None}, 400, "sender"),
        ({"sender": "a b"}, 400, "sender"),
        ({"sender": "x" * 101}, 400, "sender"),
        ({"message": ""}, 400, "empty"),
        ({"message": " \n"}, 400, "empty"),
        ({"message": 7}, 400, "text"),
        ({"message": "x" * 2001}, 413, "at most 2000"),
        ({"message_id": None}, 400, "message_id"),
        ({"message_id": ""}, 400, "message_id"),
        ({"metadata": "web"}, 400, "metadata must be an object"),
        ({"metadata": {"language": 1}}, 400, "metadata.language"),
        ({"metadata": {"medium": []}}, 400, "metadata.medium"),
        ({"metadata": {"language_chosen": "yes"}}, 400, "metadata.language_chosen"),
        ({"metadata": {"desk_asks": "yes"}}, 400, "metadata.desk_asks"),
        ({"metadata": {"availability": []}}, 400, "metadata.availability"),
        ({"metadata": {"circumstances": "x"}}, 400, "metadata.circumstances"),
    ],
)
def test_a_bad_question_is_refused_in_plain_words(body, status, sentence):
    raw = body if isinstance(body, bytes) else json.dumps({**GOOD, **body}).encode()
    with pytest.raises(BadQuestion, match=sentence) as caught:
        read_question(raw)
    assert caught.value.status == status


@pytest.mark.parametrize("credentials", [None, {}, {"secret": ""}, {"secret": "short"}])
def test_without_a_good_secret_the_connector_does_not_start(credentials):
    from rasa.shared.exceptions import RasaException

    with pytest.raises(RasaException, match="secret"):
        FairwayInput.from_credentials(credentials)


def test_an_unfilled_template_is_no_secret():
    from rasa.shared.exceptions import RasaException

    with pytest.raises(RasaException):
        FairwayInput.from_credentials({"secret": "$FAIRWAY_RASA_SECRET"})


def test_what_was_understood_names_service_code_and_three_candidates():
    names = ["service_pothole", "service_street_light", "human", "greet"]
    ranking = [{"name": name, "confidence": 0.4} for name in names]
    entity = {"entity": "postcode", "value": "SY1 2AS", "start": 3, "end": 10, "extractor": "x"}
    parsed = {
        "intent": {"name": "service_pothole", "confidence": 0.41237},
        "intent_ranking": ranking,
        "entities": [entity],
        "language": "cy",
    }
    made = understanding(parsed, {"language": "en"}, load_cards(CARDS))
    assert (made["language"], made["kind"], made["fallback"]) == ("cy", "service", False)
    assert (made["service"], made["lgsl"], made["confidence"]) == ("pothole", 557, 0.4124)
    assert [c["lgsl"] for c in made["candidates"]] == [557, 564, None]
    assert made["entities"] == [{k: v for k, v in entity.items() if k != "extractor"}]


def test_what_was_not_understood_is_a_fallback_with_candidates():
    parsed = {
        "intent": {"name": "nlu_fallback", "confidence": 0.2},
        "intent_ranking": [{"name": "service_library", "confidence": 0.2}],
    }
    made = understanding(parsed, {}, load_cards(CARDS))
    assert made["fallback"] and made["kind"] == "out_of_scope" and made["service"] is None
    assert made["candidates"][0]["service"] == "library"


def test_a_chosen_language_is_kept_whatever_was_heard():
    metadata = {"language": "cy", "language_chosen": True}
    assert understanding({"language": "en"}, metadata, {})["language"] == "cy"


def test_kinds_of_intents():
    kinds = {name: kind_of(name) for name in ("service_x", "human", "crisis", "greet", "why")}
    assert kinds == {
        "service_x": "service",
        "human": "human",
        "crisis": "crisis",
        "greet": "smalltalk",
        "why": "smalltalk",
    }
    assert (service_of("service_x"), service_of("greet")) == ("x", None)


def test_an_action_gets_only_the_events_of_the_last_two_turns():
    events = [{"event": kind} for kind in ("action", "user", "bot", "user", "bot", "user", "bot")]
    body = {"next_action": "a", "tracker": {"slots": {}, "events": events}}
    assert with_recent_events(body)["tracker"] == {"slots": {}, "events": events[3:]}
    assert body["tracker"]["events"] == events
    assert with_recent_events({"next_action": "a"}) == {"next_action": "a"}
