"""P1: ``fairway erase`` finds what is of a number, keeps what must stay, and says both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.handoff import Handoff
from bot.message import Medium
from bot.ports import Parcel
from bot.stores import schema as t
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation
from channels.assistant_memory import MemoryAssistant
from channels.cli import fairway
from channels.parts import Parts
from channels.privacy.retention import Hold, hold
from tests.web_kit import NowClock, make_parts

NUMBER, OTHER = "447700900461", "447700900999"


@pytest.fixture
def parts(tmp_path: Path):
    made = make_parts(tmp_path, MemoryAssistant(), NowClock())
    yield made
    made.engine.dispose()


def chat(parts: Parts, **told: str) -> str:
    made, _ = start_conversation(parts.turn, Medium.WEB)
    with parts.turn.store.begin() as work:
        work.conversations.save(replace(made, told=told))
        work.commit()
    return made.id


def case(parts: Parts, chat_id: str, **kept: dict[str, str]) -> None:
    now, new_id = parts.turn.clock.now(), parts.turn.new_id()
    made = Handoff(new_id, chat_id, "contact_centre", "routine", "call_back", (), now, **kept)
    with parts.turn.store.begin() as work:
        work.handoffs.add(made)
        work.commit()


def erased(parts: Parts, *arguments: str):
    command = ("erase", *arguments, "--by", "jones", "--yes")
    return CliRunner().invoke(fairway, command, env={"FAIRWAY_HOME": str(parts.settings.home)})


def left(parts: Parts) -> set[str]:
    with parts.engine.connect() as db:
        return set(db.execute(sa.select(t.conversations.c.id)).scalars())


def test_p1_a_number_finds_the_chats_in_which_it_was_left(parts):
    texts, _ = start_conversation(parts.turn, Medium.SMS, address=NUMBER)
    form = chat(parts, Phone="07700 900461")
    contact, summary, watched = chat(parts), chat(parts), chat(parts)
    case(parts, contact, contact={"name": "Zebedee", "phone": "+44 7700 900461"})
    case(parts, summary, summary={"Phone": "07700-900461"})
    with parts.turn.store.begin() as work:
        payload = {"conversation_id": watched, "phone": "07700900461", "reference": "R1"}
        work.outbox.put(Parcel("w", "watch", payload), parts.turn.clock.now())
        work.commit()
    others = {chat(parts, Phone=OTHER), chat(parts, Address="17 Kumquat Terrace"), chat(parts)}
    done = erased(parts, "--number", "07700 900461")
    assert done.exit_code == 0 and "Erased: 5." in done.output, done.output
    assert f"{texts.id}: texted from that number" in done.output
    assert f"{form}: that number was left there" in done.output
    assert left(parts) == others


def test_p1_what_is_held_is_kept_named_and_logged(parts):
    held, free = chat(parts, Phone=NUMBER), chat(parts, Phone=NUMBER)
    hold(parts.engine, Hold(held, parts.turn.clock.now(), "jones", "the Ombudsman"))
    done = erased(parts, "--number", NUMBER)
    assert done.exit_code == 1
    assert "Erased: 1." in done.output and f"Kept: {held}: it is held" in done.output
    assert left(parts) == {held} and free not in left(parts)
    with SqlStaffStore(parts.engine).begin() as work:
        (entry,) = work.staff_log.about(held)
    assert (entry.username, entry.action, entry.detail) == (
        "jones",
        "erasure_kept",
        {"why": "hold"},
    )
