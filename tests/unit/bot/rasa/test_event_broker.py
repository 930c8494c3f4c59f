"""What leaves Rasa for the data platform, and what never does."""

from __future__ import annotations

import asyncio
import json

from bot.rasa.event_broker import FairwayEvents, without_words

USER = {
    "sender_id": "conversation-1",
    "event": "user",
    "timestamp": 1.5,
    "text": "canary words",
    "parse_data": {
        "text": "canary words",
        "intent": {"name": "service_pothole", "confidence": 0.9},
        "entities": [{"entity": "postcode", "value": "canary"}],
    },
}


def test_s10_an_event_says_what_was_understood_and_not_a_word_of_it():
    known = without_words(USER, b"key")
    assert known == {
        "schema": "fairway.rasa_event.v1",
        "conversation": known["conversation"],
        "event": "user",
        "at": 1.5,
        "intent": "service_pothole",
        "confidence": 0.9,
    }
    assert "canary" not in json.dumps(known) and "conversation-1" not in json.dumps(known)


def test_a_conversation_has_one_pseudonym_a_key():
    first, again = without_words(USER, b"key"), without_words(USER, b"key")
    other = without_words(USER, b"another")
    assert first["conversation"] == again["conversation"] != other["conversation"]


def test_s10_slots_and_what_the_assistant_said_stay_here():
    for kind in ("slot", "bot", "entities", "reminder"):
        assert without_words({**USER, "event": kind, "value": "canary"}, b"key") is None


def test_an_action_says_its_name():
    action = {"sender_id": "c", "event": "action", "timestamp": 2.0, "name": "a", "policy": "p"}
    known = without_words(action, b"key")
    assert (known["action"], known["policy"]) == ("a", "p")


def test_f3_rasa_starts_and_answers_without_its_broker():
    async def start() -> bool:
        broker = FairwayEvents("amqp://guest:guest@127.0.0.1:1/", key="k", queues=["q"])
        await asyncio.wait_for(broker.connect(), 1)
        broker.publish(USER)
        ready = broker.is_ready()
        for task in list(broker._background_tasks):
            task.cancel()
        await asyncio.gather(*broker._background_tasks, return_exceptions=True)
        return ready

    assert asyncio.run(start()) is False
