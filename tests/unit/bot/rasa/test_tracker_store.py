"""A turn reads the slots of its conversation, whole, and the events of a few turns at most."""

from __future__ import annotations

import asyncio

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from bot.rasa.tracker_store import ASKED_AGAIN, MOST, FairwayTrackerStore

DOMAIN = Domain.from_yaml(
    """
intents: [bins]
slots:
  task: {type: any, mappings: [{type: custom}]}
  language: {type: any, initial_value: en, mappings: [{type: custom}]}
actions: [action_serve_citizen]
"""
)
OF_A_TURN = 6


@pytest.fixture(params=["quick", "by SQLAlchemy, as on PostgreSQL"])
def store(request, tmp_path):
    made = FairwayTrackerStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "rasa.db"))
    if request.param != "quick":
        made._file.close()
        made._file = None
    return made


async def turn(store, number: int, sender: str = "c") -> int:
    """One turn as Rasa makes it; how many events it had to read."""
    tracker = await store.get_or_create_tracker(sender)
    read = len(tracker.events)
    task = {"at": number, "answers": ["x"] * 3}
    for event in (
        UserUttered(f"words {number}", intent={"name": "bins", "confidence": 1.0}),
        ActionExecuted("action_serve_citizen"),
        BotUttered("an answer"),
        SlotSet("task", task),
        SlotSet("language", "cy"),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return read


def held(store, sender: str = "c"):
    return asyncio.run(store.retrieve(sender))


def test_turn_200_reads_no_more_than_a_few_turns_and_forgets_no_slot(store):
    async def talk() -> list[int]:
        return [await turn(store, number) for number in range(200)]

    read = asyncio.run(talk())
    assert max(read) <= MOST and max(read) > MOST - 2 * OF_A_TURN
    tracker = held(store)
    assert tracker.get_slot("task") == {"at": 199, "answers": ["x"] * 3}
    assert tracker.get_slot("language") == "cy"
    assert tracker.latest_action_name == "action_listen"
    whole = asyncio.run(store.retrieve_full_tracker("c"))
    said = [event.text for event in whole.events if isinstance(event, UserUttered)]
    assert said == [f"words {number}" for number in range(200)]  # once each, in order


def test_a_short_conversation_is_left_as_it_is_and_others_are_not_touched(store):
    async def talk() -> None:
        for number in range(30):
            await turn(store, number)
        await turn(store, 0, "other")

    asyncio.run(talk())
    other = held(store, "other")
    assert not any(isinstance(event, SessionStarted) for event in other.events)
    assert other.get_slot("task")["at"] == 0
    assert held(store, "nobody") is None


def test_f3_a_clock_that_is_set_back_loses_nothing(store, monkeypatch):
    async def talk(first: int, last: int) -> None:
        for number in range(first, last):
            await turn(store, number)

    asyncio.run(talk(0, 20))
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    asyncio.run(talk(20, 40))
    assert held(store).get_slot("task")["at"] == 39


async def says(store, message_id: str, *answers: str) -> None:
    tracker = await store.get_or_create_tracker("c")
    tracker.update(UserUttered("words", message_id=message_id), DOMAIN)
    for answer in answers:
        tracker.update(BotUttered(answer, metadata={"lang": "cy"}), DOMAIN)
    tracker.update(ActionExecuted("action_listen"), DOMAIN)
    await store.save(tracker)


def test_f1_what_was_said_to_a_message_is_found_many_turns_later(store):
    asyncio.run(says(store, "m_1", "one", "two"))
    asyncio.run(says(store, "m_2"))  # its action failed
    for number in range(ASKED_AGAIN - 2):
        asyncio.run(turn(store, number))
    assert [one.text for one in store.said_to("c", "m_1")] == ["one", "two"]
    assert store.said_to("c", "m_1")[0].metadata["lang"] == "cy"
    assert store.said_to("c", "m_2") == store.said_to("c", "m_3") == []
    assert store.said_to("another", "m_1") == []
