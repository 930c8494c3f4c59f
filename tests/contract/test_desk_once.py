"""An act that another system asks for is done once: asked again, raced, or killed in the middle."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk_calls import Call, CallMade
from bot.desk_notes import NoteEmpty, add_note
from bot.desk_once import KEPT, Asked, do_once
from bot.desk_parts import DeskParts
from bot.desk_transfer import pass_to_team
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.errors import HandoffNotYours
from bot.message import Medium
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from tests.contract.test_killed_at_each_step import House, house, killed_before
from tests.contract.test_staff_store import run_together, store
from tests.desk_kit import Desk, staff
from tests.turn_kit import START, Citizen

__all__ = ["house", "store"]

ASHA = staff("asha", capacity=500)
ASKED = Asked("token", "key", "hash")


@pytest.fixture
def desk(store):
    made = Desk(store)
    with store.begin() as work:
        work.staff.add(ASHA)
        work.commit()
    return made


def case_of(desk: Desk) -> str:
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person please")
    return citizen.handoff.id


def note(case: str, text: str = "calm"):
    return lambda at: add_note(at, ASHA, case, text)


def status_of(case: str):
    return lambda work: {"status": work.handoffs.get(case).status.value}


def notes_on(desk: Desk, case: str) -> int:
    with desk.store.begin() as work:
        return len(work.notes.of(work.handoffs.get(case).conversation_id))


def test_a_call_comes_back_for_a_day_and_is_held_once(desk):
    call = Call("token", "key", "hash", START, {"status": "closed"})
    with desk.store.begin() as work:
        work.calls.add(call, START - KEPT)
        work.commit()
    with desk.store.begin() as work:
        assert work.calls.get("token", "key", START - KEPT) == call
        assert work.calls.get("token", "key", START + timedelta(seconds=1)) is None
        assert work.calls.get("other", "key", START - KEPT) is None
        with pytest.raises(CallMade):
            work.calls.add(call, START - KEPT)
    later = replace(call, at=START + KEPT + timedelta(seconds=1), asked="new")
    with desk.store.begin() as work:
        work.calls.add(later, later.at - KEPT)
        work.commit()
    with desk.store.begin() as work:
        assert work.calls.get("token", "key", START) == later


def test_asked_again_it_is_answered_as_before(desk):
    case = case_of(desk)
    first = do_once(desk.parts, ASKED, note(case), status_of(case))
    claim_case(desk.parts, ASHA, case)
    assert do_once(desk.parts, ASKED, note(case), status_of(case)) == first
    assert first.answer == {"status": "waiting"}
    assert notes_on(desk, case) == 1


def test_what_is_refused_may_be_tried_again(desk):
    case = case_of(desk)
    with pytest.raises(NoteEmpty):
        do_once(desk.parts, ASKED, note(case, " "), status_of(case))
    do_once(desk.parts, ASKED, note(case), status_of(case))
    assert notes_on(desk, case) == 1


def test_an_act_that_changes_nothing_is_kept_as_done(desk):
    case = case_of(desk)
    claim_case(desk.parts, ASHA, case)
    again = lambda at: claim_case(at, ASHA, case)  # noqa: E731
    assert do_once(desk.parts, ASKED, again, status_of(case)).answer == {"status": "claimed"}


def test_a_twin_that_comes_too_late_gets_the_answer_of_the_first(desk):
    """Both looked before either was done; the second finds a case that is closed already."""
    case = case_of(desk)
    claim_case(desk.parts, ASHA, case)

    def close(at: DeskParts) -> object:
        return close_case(at, ASHA, case, "resolved")

    def second(at: DeskParts) -> object:
        do_once(desk.parts, ASKED, close, status_of(case))
        return close(at)

    assert do_once(desk.parts, ASKED, second, status_of(case)).answer == {"status": "closed"}
    with pytest.raises(HandoffNotYours):
        do_once(desk.parts, replace(ASKED, key="other"), close, status_of(case))


def test_of_two_that_could_both_be_done_one_is_taken_back(desk):
    case = case_of(desk)

    def second(at: DeskParts) -> object:
        do_once(desk.parts, ASKED, note(case), status_of(case))
        return note(case)(at)

    do_once(desk.parts, ASKED, second, status_of(case))
    assert notes_on(desk, case) == 1


def test_many_at_once_are_one(desk):
    case = case_of(desk)
    ask = lambda: do_once(desk.parts, ASKED, note(case), status_of(case))  # noqa: E731
    run_together([ask] * 8)
    assert notes_on(desk, case) == 1


ACTS = {
    "note": lambda at, case: add_note(at, ASHA, case, "calm"),
    "answer": lambda at, case: answer_citizen(at, ASHA, case, "Good morning"),
    "pass on": lambda at, case: pass_to_team(at, ASHA, case, "waste", "theirs", ("waste",)),
    "close": lambda at, case: close_case(at, ASHA, case, "resolved"),
}
_names = itertools.count()


def a_case_in_hand(house: House) -> str:
    with house.process() as (turn, engine):
        at = DeskParts(turn, SqlStaffStore(engine))
        conversation, _ = start_conversation(turn, Medium.SMS, address=f"4477009{next(_names):05}")
        asked = take_in(turn, conversation.id, "can i speak to a person please")
        handle_turn(turn, asked.message)
        with at.store.begin() as work:
            case = work.handoffs.open_of(conversation.id).id
        claim_case(at, ASHA, case)
        return case


def traces(house: House, case: str) -> Counter[str]:
    """What can be seen of acts on a case: said, noted, logged, to be sent, counted."""
    with house.process() as (_, engine), SqlStaffStore(engine).begin() as work:
        whose = work.handoffs.get(case).conversation_id
        seen = Counter(
            [
                *(f"{m.sender.value} {m.text}" for m in work.messages.of(whose)),
                *(f"note {one.kind}" for one in work.notes.of(whose)),
                *(f"did {one.action}" for one in work.staff_log.about(case)),
                *(f"outcome {one.code}" for one in work.records.outcomes_of(whose)),
                work.handoffs.get(case).status.value,
            ]
        )
        return seen + Counter(texts=work.outbox.waiting("sms"))


@pytest.mark.parametrize("what", ACTS)
def test_killed_at_each_step_and_sent_again_it_is_done_once(house, what):
    died, expected = 0, None
    for statement in itertools.count(1):
        case = a_case_in_hand(house)
        before = traces(house, case)
        asked = replace(ASKED, key=case)

        def send(turn, asked=asked, case=case) -> None:
            at = DeskParts(turn, SqlStaffStore(turn.store.engine))
            do_once(at, asked, lambda keeping: ACTS[what](keeping, case), status_of(case))

        was_killed = killed_before(house, statement, send)
        with house.process() as (turn, _):
            send(turn)
            send(turn)
        done = traces(house, case) - before
        expected = expected or done
        assert done == expected, statement
        if not was_killed:
            break
        died += 1
    assert died > 5, "the kills never came"
