"""A hundred citizens say yes to the last slot at once: whole turns, on both databases."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.message import Medium
from bot.stores import schema
from bot.stores.engine import migrate, open_engine
from bot.stores.sql import SqlStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from bot.understanding import Answer, Said
from channels.live import LiveHub
from tests.servers import migrated_database
from tests.turn_kit import turn_parts
from tests.unit.actions.driver import POSTCODE, SECRET, Talk, send, start_talk

CITIZENS = 100
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
        migrate(url)
        made = open_engine(url)
        yield made
        made.dispose()
        return
    with migrated_database() as url:
        migrate(url)
        made = open_engine(url)
        yield made
        made.dispose()


class RealActions:
    """An Assistant that knows one intent and calls the real actions, all in one event loop."""

    def __init__(self, ready: Talk) -> None:
        self.ready = ready
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def ask(
        self, conversation, message_id, text, circumstances, availability, *, for_desk=False
    ) -> Answer:
        body = {
            "next_action": "action_serve_citizen",
            "sender_id": conversation.id,
            "tracker": {
                "sender_id": conversation.id,
                "slots": self.ready.slots,
                "latest_message": {"text": text, "intent": {"name": "affirm", "confidence": 1.0}},
                "events": [],
            },
            "version": "3.6.21",
        }
        headers = {"Authorization": f"Bearer {SECRET}"}
        asked = send(self.ready.app, "POST", "/webhook", json=body, headers=headers)
        answer = asyncio.run_coroutine_threadsafe(asked, self.loop).result(120).json()
        said = [one["response"] for one in answer["responses"] if one.get("response")]
        events = tuple(one["custom"] for one in answer["responses"] if one.get("custom"))
        return Answer(tuple(Said(one, "en") for one in said), events=events)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Fixed:
    """A clock that stands still, so that a hundred threads may read it."""

    def now(self) -> datetime:
        return NOW


def test_one_of_a_hundred_gets_the_last_slot_and_99_are_offered_the_next(tmp_path, engine):
    talk = start_talk(tmp_path)
    for slot in talk.council("GET", "/appointments/slots?place=shrewsbury&limit=3")["slots"]:
        talk.council("POST", "/appointments", json={"slot_id": slot["id"]})
    talk.say("can i come in", "face_to_face")
    for answer in (POSTCODE, "yes", "1", "Ann", "skip"):
        talk.say(answer)
    assistant = RealActions(talk)
    parts = replace(
        turn_parts(assistant, SqlStore(engine), clock=Fixed(), live=LiveHub()),
        new_id=lambda: uuid.uuid4().hex,
    )
    people = [start_conversation(parts, Medium.WEB)[0] for _ in range(CITIZENS)]

    def says_yes(conversation) -> list[str]:
        message = take_in(parts, conversation.id, "yes", client_id="one").message
        return [reply.text for reply in handle_turn(parts, message).said]

    with ThreadPoolExecutor(CITIZENS) as pool:
        answers = list(pool.map(says_yes, people))
    assistant.close()
    assert answers.count(["utter_appointment_booked"]) == 1
    assert answers.count(["utter_slot_taken", "utter_ask_slot"]) == CITIZENS - 1
    with engine.begin() as db:
        reminders = db.execute(sa.select(schema.outbox.c.payload)).scalars().all()
        turns = db.execute(sa.select(sa.func.count()).select_from(schema.turn_records)).scalar()
    assert len(reminders) == 1 and turns == CITIZENS
    winner = people[answers.index(["utter_appointment_booked"])]
    assert reminders[0]["conversation_id"] == winner.id
