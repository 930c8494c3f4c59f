"""F1: a process killed at any step of taking in or answering loses nothing and doubles nothing.

A child process works on a real database and is killed (SIGKILL) just before its n-th statement,
for every n there is. Then what a crash left behind is finished, as the next process would.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.message import Medium, Sender
from bot.stores import schema as t
from bot.stores.engine import migrate, open_engine
from bot.stores.sql import SqlStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from bot.turn_state import TurnParts
from tests.servers import migrated_database
from tests.turn_kit import ScriptedAssistant, turn_parts

CLIENT_ID = "the citizen's own"
TEXTS = {"an answer": "when is my bin day", "a handoff": "can i speak to a person please"}


class LaterClock:
    """After the crash."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class House:
    """A database and how a process opens it."""

    url: str

    @contextmanager
    def process(self) -> Iterator[tuple[TurnParts, sa.Engine]]:
        engine = open_engine(self.url)
        made = turn_parts(ScriptedAssistant(), SqlStore(engine), new_id=lambda: uuid.uuid4().hex)
        yield made, engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'killed.db'}"
        migrate(url)
        yield House(url)
        return
    with migrated_database() as url:
        migrate(url)
        yield House(url)


def killed_before(house: House, statement: int, work: Callable[[TurnParts], object]) -> bool:
    """Run ``work`` in a child that is killed before its n-th statement; False when it had
    fewer and ended well."""
    child = os.fork()
    if child == 0:
        try:
            with house.process() as (parts, engine):
                seen = [0]

                def count(*_) -> None:
                    seen[0] += 1
                    if seen[0] == statement:
                        os.kill(os.getpid(), signal.SIGKILL)

                sa.event.listen(engine, "before_cursor_execute", count)
                sa.event.listen(engine, "commit", count)
                work(parts)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def the_next_process_finishes(house: House, conversation_id: str, text: str) -> None:
    """The citizen's program, told nothing, sends the same again; then what is left is answered."""
    with house.process() as (parts, _):
        later = replace(parts, clock=LaterClock())
        take_in(later, conversation_id, text, CLIENT_ID)
        with later.store.begin() as work:
            left = work.messages.unanswered(LaterClock().now() + timedelta(minutes=1))
        for message in left:
            handle_turn(later, message)


def reconcile(house: House, conversation_id: str, asks_for_person: bool) -> None:
    engine = open_engine(house.url)
    with engine.connect() as db:
        mine = t.messages.c.conversation_id == conversation_id
        rows = db.execute(t.messages.select().where(mine)).mappings().all()
        turns = db.execute(sa.select(sa.func.count()).select_from(t.turn_records)).scalar_one()
        handoffs = db.execute(sa.select(sa.func.count()).select_from(t.handoffs)).scalar_one()
    engine.dispose()
    asked = [r for r in rows if r["sender"] == Sender.CITIZEN.value]
    replies = [r for r in rows if r["in_reply_to"]]
    assert [r["client_id"] for r in asked] == [CLIENT_ID]
    assert all(r["answered"] for r in rows)
    assert len(replies) == 1 and turns == 1 and handoffs == int(asks_for_person)


@pytest.mark.parametrize("what", TEXTS)
def test_f1_killed_at_each_step_nothing_is_lost_or_doubled(house, what):
    text = TEXTS[what]

    def from_acceptance_to_answer(parts: TurnParts) -> None:
        handle_turn(parts, take_in(parts, conversation_id, text, CLIENT_ID).message)

    died = []
    for statement in range(1, 100):
        with house.process() as (parts, engine):
            conversation_id = start_conversation(parts, Medium.WEB)[0].id
        was_killed = killed_before(house, statement, from_acceptance_to_answer)
        the_next_process_finishes(house, conversation_id, text)
        reconcile(house, conversation_id, asks_for_person=what == "a handoff")
        with house.process() as (_, engine), engine.begin() as db:
            db.execute(t.conversations.delete())
        if not was_killed:
            break
        died.append(statement)
    assert len(died) > 10, "the kills never came"
