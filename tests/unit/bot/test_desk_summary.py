"""The summary says nothing that the citizen did not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk_summary import split_sentences, summarise
from bot.desk_view import see_case
from bot.message import Message, Sender
from tests.desk_kit import Desk
from tests.turn_kit import START, Citizen


def said(*texts: str, sender: Sender = Sender.CITIZEN, lang: str = "en") -> list[Message]:
    return [Message(f"m{n}", "c", sender, text, lang, START) for n, text in enumerate(texts)]


def test_it_picks_what_it_is_about_the_facts_and_the_last_word():
    picked = summarise(
        said(
            "hello",
            "My bin was not emptied this week. Nobody came at all.",
            "yes",
            "It is at 12 Castle Street, SY1 2AS, since Monday 23 November.",
            "I called before and nobody helped me.",
            "ok",
        )
    )
    assert [(p.message_id, p.why) for p in picked] == [
        ("m1", "first"), ("m3", "facts"), ("m4", "last"),
    ]  # fmt: skip
    assert picked[0].text == "My bin was not emptied this week."


def test_only_the_citizen_is_quoted_and_greetings_are_not():
    assert summarise(said("Please tell me what you need today", sender=Sender.ASSISTANT)) == ()
    assert summarise(said("hello", "yes please", "/human")) == ()


def test_a_plain_request_for_a_person_is_left_out():
    desk = Desk()
    citizen = Citizen(desk.turn)
    citizen.says("my bin was not emptied this week")
    citizen.says("can i speak to a person please")
    case = see_case(desk.parts, desk.hire("asha"), citizen.handoff.id)
    assert [p.text for p in case.summary] == ["my bin was not emptied this week"]


def test_one_sentence_is_picked_once():
    picked = summarise(said("I want to talk to somebody 3 times."))
    assert [p.why for p in picked] == ["first"]
    same = summarise(said("my bin was not emptied", "my bin was not emptied"))
    assert len(same) == 1


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("میرا کوڑا نہیں اٹھایا گیا۔ کیا آپ مدد کریں گے؟", 2),
        ("我的垃圾没有收走。请帮帮我！", 2),
        ("আমার বিন খালি হয়নি। সাহায্য করুন।", 2),
        ("The fine was 12.50 pounds at no. 3", 2),
        ("one line\nanother line", 2),
    ],
)
def test_sentences_of_other_scripts(text, many):
    assert len(split_sentences(text)) == many


@given(st.lists(st.text(max_size=200), max_size=6))
def test_every_picked_sentence_stands_in_its_message(texts):
    messages = said(*texts)
    held = {m.id: " ".join(m.text.split()) for m in messages}
    for picked in summarise(messages):
        shown = " ".join(picked.text.removesuffix(" …").split())
        assert shown in held[picked.message_id]
