"""Off-switches: one suite over memory, SQLite and PostgreSQL, and what a switch does to a turn."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.message import Medium
from bot.stores.engine import migrate, open_engine
from bot.stores.switches import MemorySwitches, SqlSwitches
from bot.switches import Off, SwitchUnknown, check_name
from channels.switches import SwitchBoard, SwitchedAssistant, start_switch_board
from tests.servers import migrated_database
from tests.turn_kit import Citizen, ScriptedAssistant, turn_parts

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def switches(request, tmp_path):
    if request.param == "memory":
        yield MemorySwitches()
    elif request.param == "sqlite":
        migrate(url := f"sqlite:///{tmp_path / 's.db'}")
        engine = open_engine(url)
        yield SqlSwitches(engine)
        engine.dispose()
    else:
        with migrated_database() as url:
            migrate(url)
            engine = open_engine(url)
            yield SqlSwitches(engine)
            engine.dispose()


def off(name: str) -> Off:
    return Off(name, NOW, "jones", "because")


def test_what_is_switched_off_says_since_when_by_whom_and_why(switches):
    assert switches.all_off() == []
    assert switches.switch_off(off("sms"))
    assert switches.switch_off(off("assistant"))
    assert not switches.switch_off(Off("sms", NOW, "smith", "again"))
    assert switches.all_off() == [off("assistant"), off("sms")]
    assert switches.switch_on("sms") and not switches.switch_on("sms")
    assert switches.all_off() == [off("assistant")]


@pytest.mark.parametrize("name", ["assistant", "web", "SMS ", "service:pothole"])
def test_a_known_name(name):
    assert check_name(name, {"pothole"}) == name.strip().lower()


@pytest.mark.parametrize("name", ["", "service:", "service:dragons", "desk"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(SwitchUnknown):
        check_name(name, {"pothole"})


@pytest.fixture
def board(switches):
    return SwitchBoard(switches)


@pytest.mark.parametrize("name", ["assistant", "web"])
def test_f3_while_it_is_off_a_person_answers_and_afterwards_what_was_missed_is(
    switches, board, name
):
    inner = ScriptedAssistant()
    citizen = Citizen(turn_parts(SwitchedAssistant(inner, board)))
    assert citizen.says("hello") == ["answer to hello"]
    switches.switch_off(off(name))
    board.look()
    assert citizen.says("my bin")[0].startswith("[error_assistant_down]")
    assert citizen.handoff.reasons == ("error_assistant_down",)
    assert citizen.says("i want to kill myself")[0].startswith("[safety_suicide]")
    switches.switch_on(name)
    board.look()
    other = Citizen(turn_parts(SwitchedAssistant(inner, board)))
    assert other.says("hello") == ["answer to hello"]


def test_one_medium_off_leaves_the_other_alone(switches, board):
    assistant = SwitchedAssistant(ScriptedAssistant(), board)
    switches.switch_off(off("sms"))
    board.look()
    assert Citizen(turn_parts(assistant)).says("hello") == ["answer to hello"]
    by_text = Citizen(turn_parts(assistant), Medium.SMS)
    assert by_text.says("hello")[0].startswith("[error_assistant_down]")


class Watched(MemorySwitches):
    """Says who looks, and lets nobody see anything before ``open`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.seen = threading.Event(), threading.Event()
        self.lookers: set[str] = set()

    def all_off(self):
        self.lookers.add(threading.current_thread().name)
        assert self.open.wait(60)
        found = super().all_off()
        self.seen.set()
        return found


def test_who_asks_never_waits_for_the_database_and_gets_what_was_seen_last():
    switches = Watched()
    board = SwitchBoard(switches)
    switches.switch_off(off("service:pothole"))
    rounds = start_switch_board(board, every=0.001)
    assert not board.service_is_off("pothole")  # the look is under way; nobody waits for it
    switches.open.set()
    while not board.service_is_off("pothole"):
        assert switches.seen.wait(60)
    rounds.stop()
    assert switches.lookers == {"switches"}


def test_f3_without_the_database_it_is_as_it_was():
    class Gone(MemorySwitches):
        gone = False

        def all_off(self):
            if self.gone:
                raise sa.exc.OperationalError("", {}, Exception())
            return super().all_off()

    switches = Gone()
    switches.switch_off(off("assistant"))
    board = SwitchBoard(switches)
    board.look()
    assert board.is_off("assistant")
    switches.gone = True
    board.look()
    assert board.is_off("assistant")
