"""A case is taken at the very moment at which it turns dangerous or goes to another team: neither
is lost, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.desk_parts import DeskParts
from bot.desk_transfer import pass_to_team
from bot.desk_work import claim_case
from bot.handoff import HandoffStatus
from bot.staff import Role
from bot.take_in import take_in
from bot.turn import handle_turn
from bot.wrapped_work import WrappedWork
from tests.contract.test_staff_store import store
from tests.desk_kit import Desk
from tests.turn_kit import Citizen

__all__ = ["store"]

A_MOMENT = 1.5
"""Seconds: longer than any of the acts takes here."""
A_LONG_TIME = 30.0


@dataclass
class Interrupted:
    """``inner``, in which something else happens once, ``meanwhile``, between reading a case and
    saving it: so long as it does not have to wait for what it interrupts."""

    inner: Any
    meanwhile: Callable[[], object] | None = None
    other: threading.Thread | None = None

    def begin(self) -> InterruptedWork:
        return InterruptedWork(self.inner.begin(), self)

    def interrupt(self) -> None:
        if self.meanwhile is not None:
            self.other = threading.Thread(target=self.meanwhile)
            self.meanwhile = None
            self.other.start()
            self.other.join(A_MOMENT)

    def finish(self) -> None:
        assert self.other is not None, "nothing was interrupted"
        self.other.join(A_LONG_TIME)


class InterruptedWork(WrappedWork):
    def __init__(self, inner: Any, store: Interrupted) -> None:
        super().__init__(inner)
        self._store = store

    @property
    def handoffs(self) -> InterruptedHandoffs:
        return InterruptedHandoffs(self.work.handoffs, self._store)


@dataclass
class InterruptedHandoffs:
    inner: Any
    store: Interrupted

    def save(self, handoff, was) -> None:
        self.store.interrupt()
        self.inner.save(handoff, was=was)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.fixture
def desk(store):
    return Desk(store)


@pytest.fixture
def citizen(desk):
    made = Citizen(desk.turn)
    made.says("can i speak to a person please")
    return made


def interrupted(desk: Desk, meanwhile: Callable[[], object]) -> tuple[Interrupted, DeskParts]:
    """The same desk on a store in which something happens meanwhile."""
    through = Interrupted(desk.store, meanwhile)
    turn = replace(desk.turn, store=through)
    return through, replace(desk.parts, turn=turn, store=through)


def test_danger_that_is_said_while_a_case_is_taken_stays(desk, citizen):
    asha, case = desk.hire("asha"), citizen.handoff
    through, parts = interrupted(desk, lambda: citizen.says("i want to kill myself"))
    claim_case(parts, asha, case.id)
    through.finish()
    assert_taken_and_urgent(citizen.handoff)


def test_a_case_that_is_taken_while_danger_is_said_does_not_undo_the_turn(desk, citizen):
    asha, case = desk.hire("asha"), citizen.handoff
    through, parts = interrupted(desk, lambda: claim_case(desk.parts, asha, case.id))
    taken = take_in(parts.turn, citizen.conversation.id, "i want to kill myself")
    assert handle_turn(parts.turn, taken.message).said
    through.finish()
    assert_taken_and_urgent(citizen.handoff)


def assert_taken_and_urgent(case) -> None:
    assert (case.status, case.claimed_by) == (HandoffStatus.CLAIMED, "asha")
    assert case.urgency == "urgent"
    assert any(reason.startswith("safety") for reason in case.reasons), case.reasons


def test_a_case_that_is_passed_to_safeguarding_while_it_is_taken_is_theirs(desk, citizen):
    hal, lead = desk.hire("hal", teams=("highways",)), desk.hire("lena", Role.TEAM_LEAD)
    case = citizen.handoff

    def pass_on() -> None:
        pass_to_team(desk.parts, lead, case.id, "safeguarding", "hurt", ("safeguarding",))

    through, parts = interrupted(desk, pass_on)
    claim_case(parts, hal, case.id)
    through.finish()
    assert (citizen.handoff.team, citizen.handoff.claimed_by) == ("safeguarding", None)


def test_a_claim_waits_for_its_own_conversation_and_for_no_other(desk, citizen):
    asha, other = desk.hire("asha"), Citizen(desk.turn)
    other.says("can i speak to a person please")
    busy, free = citizen.handoff.id, other.handoff.id
    claims = [
        threading.Thread(target=claim_case, args=(desk.parts, asha, case)) for case in (busy, free)
    ]
    with desk.turn.locks.hold(citizen.conversation.id):
        [claim.start() for claim in claims]
        claims[1].join(A_LONG_TIME)
        claims[0].join(0.2)
        assert other.handoff.claimed_by == "asha"
        assert citizen.handoff.claimed_by is None
    claims[0].join(A_LONG_TIME)
    assert citizen.handoff.claimed_by == "asha"
