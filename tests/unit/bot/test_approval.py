"""Where a service is in approval mode, nothing the assistant says about it goes out unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.approval import CONFIRM, draft_of
from bot.desk_confirm import NothingToConfirm, confirm_answer
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.errors import HandoffTaken
from bot.handoff import HandoffStatus
from bot.message import Button, Medium, Sender
from bot.understanding import Answer, Said, Understanding
from tests.desk_kit import Desk
from tests.turn_kit import Citizen, Closed

YES = Button("Yes", "/affirm")


def script(text):
    """Benefits are told of; a form about them asks first; all else is small talk."""
    told = {"type": "told", "summary": {"service": "benefit"}}
    made = Understanding(intent="service_benefit", service="benefit", language="en")
    if "benefit" in text:
        return Answer((Said("You may get £20.", "en", (YES,)), Said("Ask us more.", "en")), made)
    if "form" in text:
        return Answer((Said("What is your name?", "en"),), made, ({**told, "asking": True},))
    if text == "Jo":  # an answer in the form: its own words name no service
        return Answer((Said("Sent. You get £20.", "en"),), Understanding(language="en"), (told,))
    return None


@pytest.fixture
def desk():
    desk = Desk()
    desk.assistant.script = script
    confirmed = {"benefit": "benefits"}.get
    desk.turn = replace(desk.turn, confirmed_by=confirmed)
    desk.parts = replace(desk.parts, turn=desk.turn)
    return desk


@pytest.fixture
def asha(desk):
    return desk.hire("asha")


def test_an_answer_waits_and_the_citizen_is_told(desk):
    citizen = Citizen(desk.turn)
    assert citizen.says("what benefit do I get") == ["[confirm_wait]"]
    case = citizen.handoff
    assert (case.team, case.way, case.urgency) == ("benefits", CONFIRM, "routine")
    assert [(r.text, r.buttons) for r in draft_of(case)] == [
        ("You may get £20.", (YES,)), ("Ask us more.", ()),
    ]  # fmt: skip
    assert citizen.records[-1].ending == "handed_to_confirm"
    assert citizen.records[-1].service == "benefit"


def test_other_services_small_talk_and_questions_do_not_wait(desk):
    citizen = Citizen(desk.turn)
    assert citizen.says("hello there") == ["answer to hello there"]
    assert citizen.says("a form please") == ["What is your name?"]
    assert citizen.says("Jo") == ["[confirm_wait]"]
    assert [r.text for r in draft_of(citizen.handoff)] == ["Sent. You get £20."]


def test_a_yes_sends_it_with_its_choices_and_the_assistant_carries_on(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    back = confirm_answer(desk.parts, asha, citizen.handoff.id)
    assert (back.status, back.claimed_by) == (HandoffStatus.RETURNED, "asha")
    with desk.store.begin() as work:
        *_, first, second = work.messages.of(citizen.conversation.id)
        outcomes = work.records.outcomes_of(citizen.conversation.id)
    assert (first.sender, first.text, first.buttons) == (
        Sender.ASSISTANT, "You may get £20.", (YES,),
    )  # fmt: skip
    assert second.text == "Ask us more."
    assert outcomes == [], "nobody has taken it over"
    assert desk.log(back.id) == ["asha answer_confirmed"]
    citizen.says("Yes")  # a choice of the confirmed answer is still on offer
    assert desk.assistant.heard[-1] == "/affirm"


def test_it_is_sent_once_and_only_where_something_waits(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    case = citizen.handoff.id
    confirm_answer(desk.parts, asha, case)
    with pytest.raises(HandoffTaken):
        confirm_answer(desk.parts, desk.hire("bryn"), case)
    citizen.says("can i speak to a person")
    with pytest.raises(NothingToConfirm):
        confirm_answer(desk.parts, asha, citizen.handoff.id)


def test_an_agent_may_answer_instead(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    case = citizen.handoff.id
    claim_case(desk.parts, asha, case)
    answer_citizen(desk.parts, asha, case, "You get £25.")
    close_case(desk.parts, asha, case, "advice_given")
    said = desk.texts(citizen.conversation.id)
    assert "agent: You get £25." in said and not any("£20" in text for text in said)


def test_by_text_it_goes_out_when_it_is_confirmed(desk, asha):
    citizen = Citizen(desk.turn, medium=Medium.SMS)
    citizen.says("what benefit do I get")
    confirm_answer(desk.parts, asha, citizen.handoff.id)
    with desk.store.begin() as work:
        last = [m.id for m in work.messages.of(citizen.conversation.id)][-2:]
        now = desk.turn.clock.now()
        parcels = work.outbox.lease("sms", now, now, 100)
    assert last in [parcel.payload["message_ids"] for parcel in parcels]


def test_out_of_hours_it_says_when_somebody_is_back(desk):
    citizen = Citizen(replace(desk.turn, availability=Closed()))
    assert citizen.says("what benefit do I get") == [
        "[confirm_wait_closed](next_open=[weekday_0] 09:00)"
    ]


def test_danger_and_a_person_come_first(desk):
    citizen = Citizen(desk.turn)
    assert "[safety_suicide]" in citizen.says("my benefit stopped and i want to kill myself")
    assert citizen.handoff.team == "safeguarding"
    other = Citizen(desk.turn)
    other.says("can i speak to a person")
    assert draft_of(other.handoff) == ()
