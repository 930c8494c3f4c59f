"""An agent lets the assistant ask a service's questions, and may have the case back afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk_questions import ServiceUnknown, let_assistant_ask
from bot.desk_work import claim_case
from bot.errors import HandoffNotYours
from bot.files.cards import load_cards
from bot.handoff import HandoffStatus
from bot.message import Medium
from bot.turn import handle_turn
from bot.understanding import Answer, Said, Understanding
from channels.settings import ROOT
from tests.desk_kit import Desk
from tests.turn_kit import Citizen

CARDS = load_cards(ROOT / "bot" / "services")
POTHOLE = CARDS["pothole"]


def form(text: str) -> Answer:
    """An assistant with one question: where is it?"""
    asks = text == "/service_pothole"
    words = "where is it?" if asks else "thank you"
    told = {"type": "told", "summary": {"service": "pothole"}, "asking": asks}
    return Answer((Said(words, "en"),), Understanding(service="pothole", language="en"), (told,))


@pytest.fixture
def desk():
    made = Desk()
    made.assistant.script = form
    return made


@pytest.fixture
def asha(desk):
    return desk.hire("asha")


def held(desk, who, medium=Medium.WEB) -> Citizen:
    citizen = Citizen(desk.turn, medium)
    citizen.says("can i speak to a person please")
    claim_case(desk.parts, who, citizen.handoff.id)
    return citizen


def start(desk, who, citizen, card=POTHOLE, comes_back=True, note="") -> str:
    case = citizen.handoff.id
    let_assistant_ask(desk.parts, who, case, card, comes_back=comes_back, note=note)
    return case


def test_the_assistant_asks_and_the_case_comes_back_when_it_is_done(desk, asha):
    citizen = held(desk, asha)
    case = start(desk, asha, citizen, note="she is calm")
    assert desk.texts(citizen.conversation.id)[-2:] == [
        "system: [desk_questions](agent=Asha,service=Report a pothole)", "assistant: where is it?",
    ]  # fmt: skip
    assert desk.assistant.heard == ["/service_pothole"]
    assert citizen.handoff is None
    with desk.store.begin() as work:
        old = work.handoffs.get(case)
    assert (old.status, old.note) == (HandoffStatus.RETURNED, "she is calm")
    assert citizen.says("High Street") == ["thank you", "[desk_has_it_back]"]
    back = citizen.handoff
    assert (back.status, back.reasons) == (HandoffStatus.WAITING, ("need_back_to_desk",))
    assert (back.team, back.summary) == (old.team, {"service": "pothole"})
    assert citizen.now.desk_waits is None


def test_the_assistant_is_told_that_the_desk_asks_and_only_then(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen)
    citizen.says("High Street")
    assert desk.assistant.for_desk == [True, False]


def test_the_case_comes_back_with_the_reference_of_what_was_made(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen)
    made = {"type": "case", "system": "open311", "reference": "SH-1042"}
    done = form("High Street")
    desk.assistant.script = lambda text: replace(done, events=(*done.events, made))
    citizen.says("High Street")
    assert citizen.handoff.summary == {"service": "pothole", "Reference": "SH-1042"}


def test_while_a_question_is_open_it_stays_with_the_assistant(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen)
    desk.assistant.script = lambda text: form("/service_pothole")
    assert citizen.says("what do you mean") == ["where is it?"]
    assert citizen.handoff is None and citizen.now.desk_waits


def test_without_the_tick_it_stays_with_the_assistant_for_good(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen, comes_back=False)
    assert citizen.says("High Street") == ["thank you"]
    assert citizen.handoff is None


def test_a_citizen_who_asks_for_a_person_meanwhile_gets_one_and_only_one(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen)
    citizen.says("can i speak to a person please")
    assert citizen.handoff.reasons != ("need_back_to_desk",)
    assert citizen.now.desk_waits is None


def test_an_assistant_that_is_down_hands_it_over_again(desk, asha):
    citizen = held(desk, asha)
    desk.assistant.down = True
    start(desk, asha, citizen)
    assert citizen.handoff.status is HandoffStatus.WAITING


def test_by_text_the_citizen_is_told_by_text(desk, asha):
    citizen = held(desk, asha, Medium.SMS)
    with desk.store.begin() as work:
        before = work.outbox.waiting("sms")
    start(desk, asha, citizen)
    with desk.store.begin() as work:
        assert work.outbox.waiting("sms") == before + 2  # what happens, and the question


def test_a_crash_before_the_first_question_is_made_good(desk, asha):
    citizen = held(desk, asha)
    start(desk, asha, citizen)
    with desk.store.begin() as work:
        (asked,) = [m for m in work.messages.of(citizen.conversation.id) if m.client_id]
    desk.assistant.heard.clear()
    handle_turn(desk.turn, asked)
    assert desk.assistant.heard == []  # answered once
    with desk.store.begin() as work:
        work.messages.accept(asked_again := _with_new_id(asked))
        work.commit()
    handle_turn(desk.turn, asked_again)
    assert desk.assistant.heard == ["/service_pothole"]


def _with_new_id(message):
    return replace(message, id="after-the-crash", client_id=f"{message.client_id}2")


def test_our_own_words_are_never_taken_for_danger(desk, asha):
    """A service may be called what would be danger if a citizen said it."""
    citizen = held(desk, asha)
    card = replace(POTHOLE, names={"en": "i want to kill myself"})
    start(desk, asha, citizen, card)
    assert citizen.handoff is None
    assert desk.texts(citizen.conversation.id)[-1] == "assistant: where is it?"


@pytest.mark.parametrize("card", [None, CARDS["library"]])
def test_a_service_with_nothing_to_ask_is_refused(desk, asha, card):
    citizen = held(desk, asha)
    with pytest.raises(ServiceUnknown):
        start(desk, asha, citizen, card)
    assert citizen.handoff.claimed_by == "asha"


def test_only_whoever_has_the_case(desk, asha):
    citizen = held(desk, asha)
    with pytest.raises(HandoffNotYours):
        start(desk, desk.hire("bryn"), citizen)
    assert citizen.handoff.claimed_by == "asha"
