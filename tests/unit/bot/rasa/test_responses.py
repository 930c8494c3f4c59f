"""Replies come from the catalogues, by language and medium, and never fail."""

import asyncio
import logging

import pytest
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.errors import BadFile
from bot.rasa.responses import LAST_RESORT, CatalogueResponses
from tests.unit.bot.files.test_catalogues import write

SLOTS = ("language", "medium", "postcode")


@pytest.fixture
def responses(tmp_path):
    write(
        tmp_path,
        "en",
        ("near", "Near {postcode}: {place}"),
        ("near", "{place}", "sms"),
        ("only_english", "Only {place}"),
        ("broken", "{place:d}"),
    )
    write(tmp_path, "cy", ("near", "Ger {postcode}: {place}"))
    return CatalogueResponses(EndpointConfig(catalogues=str(tmp_path)))


def tracker(metadata=None, heard=None, **slots):
    made = DialogueStateTracker("c1", [AnySlot(name, mappings=[]) for name in SLOTS])
    for name, value in slots.items():
        made.update(SlotSet(name, value))
    made.update(UserUttered("hi", parse_data={"language": heard}, metadata=metadata or {}))
    return made


def say(responses, action, *args, channel="fairway", **kwargs):
    given = args[0] if args else tracker()
    return asyncio.run(responses.generate(action, given, channel, **kwargs))


def test_values_come_from_the_action_and_from_slots(responses):
    answer = say(responses, "utter_near", tracker(postcode="SY1 2AS"), place="Library", buttons=[])
    assert answer == {"text": "Near SY1 2AS: Library", "lang": "en"}


def test_an_action_may_name_the_language(responses):
    assert say(responses, "utter_near", lang="cy", place="X", postcode="Y")["text"] == "Ger Y: X"


@pytest.mark.parametrize(
    ("metadata", "heard", "slot", "wanted"),
    [
        ({"language": "cy", "language_chosen": True}, "en", "en", "cy"),
        ({"language": "en"}, "cy", "en", "cy"),
        ({}, None, "cy", "cy"),
        ({"language": "cy"}, None, None, "cy"),
        ({"language": "xx", "language_chosen": True}, None, None, "en"),
        ({}, None, None, "en"),
    ],
)
def test_the_language_is_chosen_heard_or_remembered(responses, metadata, heard, slot, wanted):
    answer = say(responses, "utter_near", tracker(metadata, heard, language=slot), place="X")
    assert answer["lang"] == wanted


def test_sms_has_its_own_words(responses):
    assert say(responses, "utter_near", tracker({"medium": "sms"}), place="X")["text"] == "X"


def test_a_missing_translation_is_said_in_english(responses):
    said = say(responses, "utter_only_english", lang="cy", place="X")
    assert said == {"text": "Only X", "lang": "en"}  # and is no Welsh for a screen reader


@pytest.mark.parametrize("action", ["utter_nothing_such", "utter_broken", "nonsense"])
def test_what_cannot_be_said_becomes_a_safe_text_and_a_log_line(responses, caplog, action):
    with caplog.at_level(logging.ERROR):
        said = say(responses, action, place="canary", lang="cy")
    assert said == {"text": LAST_RESORT, "lang": "en"}
    assert action in caplog.text and "canary" not in caplog.text


def test_a_broken_catalogue_stops_the_start(tmp_path):
    write(tmp_path, "en", ("near", "{oops"))
    with pytest.raises(BadFile):
        CatalogueResponses(EndpointConfig(catalogues=str(tmp_path)))
