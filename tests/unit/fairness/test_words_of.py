"""What auditors may read of a conversation, with its contact details sealed as the product does."""

from __future__ import annotations

from functools import partial

import pytest

from bot.conversation import Conversation
from bot.guarded import of_team
from bot.handoff import Handoff
from bot.message import Medium, Message, Sender
from bot.staff import SAFEGUARDING
from bot.stores import schema as t
from bot.stores.engine import migrate, open_engine
from bot.stores.sealed_types import opened, use_keys
from bot.stores.sealing import HeldKeys, Key
from bot.stores.sql import SqlStore
from fairness.errors import ContactsSealed
from fairness.reading import reading
from fairness.words_of import words_of
from tests.turn_kit import START

KEY = Key("k", bytes(64))


@pytest.fixture
def engine(tmp_path):
    migrate(url := f"sqlite:///{tmp_path / 'f.db'}")
    made = open_engine(url)
    yield made
    made.dispose()


def said(engine, keys) -> None:
    use_keys(engine, keys)
    contact = {"name": "Quillfeather"}
    with SqlStore(engine).begin() as work:
        work.conversations.add(Conversation("c", Medium.WEB, START, START, "en"))
        work.handoffs.add(
            Handoff("h", "c", "waste", "routine", "call_back", (), START, contact=contact)
        )
        text = "this is Quillfeather, about my bin"
        work.messages.add(Message("m", "c", Sender.CITIZEN, text, "en", START))
        work.commit()


@pytest.mark.parametrize("keys", [HeldKeys((KEY,), KEY), None])
def test_s10_a_name_is_taken_out_whether_contact_details_are_sealed_or_not(engine, keys):
    said(engine, keys)
    opens = partial(opened, engine, t.handoffs.c.contact)
    with reading(str(engine.url)) as connection:
        (line,) = words_of(connection, ["c"], opens=opens)["c"]
    assert "Quillfeather" not in line.text and "my bin" in line.text


def test_s9_words_of_a_safeguarding_case_are_given_to_nobody(engine):
    said(engine, None)
    with SqlStore(engine).begin() as work:
        held = work.handoffs.get("h")
        work.handoffs.save(of_team(of_team(held, SAFEGUARDING), "waste"), was=held)
        work.commit()
    with reading(str(engine.url)) as connection:
        assert words_of(connection, ["c"]) == {}


def test_s10_where_they_cannot_be_opened_no_words_are_shown(engine):
    said(engine, HeldKeys((KEY,), KEY))
    with reading(str(engine.url)) as connection, pytest.raises(ContactsSealed):
        words_of(connection, ["c"])
