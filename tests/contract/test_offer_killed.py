"""F1: a case that comes back is offered once, with its note and its line in the log, or not at all:
a process killed at any step leaves nothing half done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from bot.desk_offer import FirstToWhoHadIt
from bot.desk_parts import DeskParts
from bot.desk_work import claim_case, give_back_case
from bot.message import Medium
from bot.staff import StaffSession
from bot.stores import schema as t
from bot.stores.engine import open_engine
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from bot.turn_state import TurnParts
from tests.contract.test_killed_at_each_step import (
    CLIENT_ID,
    House,
    LaterClock,
    house,
    killed_before,
    the_next_process_finishes,
)
from tests.desk_kit import OFFERED_FOR, staff
from tests.turn_kit import ScriptedAssistant, turn_parts

__all__ = ["house"]

ASHA = staff("asha", capacity=1000)
PERSON = "can i speak to a person please"


class HouseWithADesk(House):
    """Whose turns offer what comes back."""

    @contextmanager
    def process(self) -> Iterator[tuple[TurnParts, sa.Engine]]:
        engine = open_engine(self.url)
        first = FirstToWhoHadIt(lambda: uuid.uuid4().hex, OFFERED_FOR)
        yield (
            turn_parts(
                ScriptedAssistant(),
                SqlStaffStore(engine),
                new_id=lambda: uuid.uuid4().hex,
                keep_case=first,
            ),
            engine,
        )
        engine.dispose()


def given_back(house: House) -> str:
    """A conversation whose case Asha has given back; its id."""
    with house.process() as (turn, engine):
        desk = DeskParts(turn, SqlStaffStore(engine))
        conversation, _ = start_conversation(turn, Medium.WEB)
        handle_turn(turn, take_in(turn, conversation.id, PERSON).message)
        with desk.store.begin() as work:
            case = work.handoffs.open_of(conversation.id).id
        claim_case(desk, ASHA, case)
        give_back_case(desk, ASHA, case)
        return conversation.id


def offered(house: House, conversation_id: str) -> tuple[str | None, list[str], list[str]]:
    """To whom the open case is offered, the kinds of its notes, and what the log says of it."""
    with house.process() as (_, engine), SqlStaffStore(engine).begin() as work:
        case = work.handoffs.open_of(conversation_id)
        notes = [one.kind for one in work.notes.of(conversation_id) if one.handoff_id == case.id]
        return case.offered_to, notes, [one.action for one in work.staff_log.about(case.id)]


def test_f1_killed_at_each_step_what_comes_back_is_offered_once(house):
    desk = HouseWithADesk(house.url)
    with desk.process() as (_, engine), SqlStaffStore(engine).begin() as work:
        work.staff.add(ASHA)
        now = LaterClock().now()
        session = StaffSession("s", ASHA.id, "c", now, now, now + timedelta(hours=1))
        work.sessions.add(session)
        work.commit()
    died = 0
    for statement in range(1, 100):
        conversation_id = given_back(desk)

        def comes_back(turn: TurnParts, whose: str = conversation_id) -> None:
            handle_turn(turn, take_in(turn, whose, PERSON, CLIENT_ID).message)

        was_killed = killed_before(desk, statement, comes_back)
        the_next_process_finishes(desk, conversation_id, PERSON)
        assert offered(desk, conversation_id) == ("asha", ["offered"], ["case_offered"]), statement
        with desk.process() as (_, engine), engine.begin() as db:
            db.execute(t.conversations.delete())
        if not was_killed:
            break
        died += 1
    assert died > 20, "the kills never came"
