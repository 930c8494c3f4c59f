"""Where a service is in approval mode, nothing the assistant says about it goes out unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.approval import CONFIRM, draft_of, without_draft
from bot.desk_confirm import CitizenWroteSince, NothingToConfirm, UrgentNow, confirm_answer
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.errors import HandoffTaken
from bot.handoff import HandoffStatus
from bot.message import Button, Medium, Sender
from bot.take_in import take_in
from bot.turn import handle_turn
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


def outcomes(citizen):
    with citizen.parts.store.begin() as work:
        return [one.code for one in work.records.outcomes_of(citizen.conversation.id)]


def test_danger_while_an_answer_waits_is_the_safeguarding_teams_and_no_yes_ends_it(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    assert citizen.says("i want to kill myself") == [
        "[safety_suicide]", "[route_assisted_urgent_person]",
    ]  # fmt: skip
    case = citizen.handoff
    assert (case.team, case.urgency, case.way) == ("safeguarding", "urgent", "urgent_person")
    assert case.reasons == ("safety_suicide", "need_confirmed")
    assert draft_of(case) == () and outcomes(citizen) == ["handed_over"]
    with pytest.raises(UrgentNow):
        confirm_answer(desk.parts, asha, case.id)
    assert citizen.handoff == case, "it waits as before"


def test_danger_in_an_answer_that_an_agent_has_taken_stays_theirs_and_no_yes_ends_it(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    claim_case(desk.parts, asha, citizen.handoff.id)
    citizen.says("i want to kill myself")
    case = citizen.handoff
    assert (case.claimed_by, case.team) == ("asha", "benefits")
    assert (case.urgency, case.way) == ("urgent", "urgent_person")
    with pytest.raises(UrgentNow):
        confirm_answer(desk.parts, asha, case.id)


@pytest.mark.parametrize("words", ["can i speak to a person", "person"])
def test_a_person_asked_for_while_an_answer_waits_comes(desk, asha, words):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    assert citizen.says(words) == ["[route_assisted_talk_to_person]"]
    case = citizen.handoff
    assert (case.team, case.way, case.urgency) == ("benefits", "talk_to_person", "routine")
    assert case.reasons == ("citizen_asked_assisted", "need_confirmed")
    assert outcomes(citizen) == ["handed_over"]
    with pytest.raises(NothingToConfirm):
        confirm_answer(desk.parts, asha, case.id)


def test_what_was_written_after_the_answer_is_read_first(desk, asha):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    citizen.says("i have moved, by the way")
    case = citizen.handoff
    with pytest.raises(CitizenWroteSince):
        confirm_answer(desk.parts, asha, case.id)
    assert citizen.handoff == case and not any("£20" in t for t in desk.texts(case.conversation_id))


def test_what_is_written_while_the_answer_is_made_is_read_first_too(desk, asha):
    """It came before the answer was kept, and is answered after it."""
    citizen = Citizen(desk.turn)
    first = take_in(desk.turn, citizen.conversation.id, "what benefit do I get").message
    take_in(desk.turn, citizen.conversation.id, "i have moved, by the way")
    handle_turn(desk.turn, first)
    with pytest.raises(CitizenWroteSince):
        confirm_answer(desk.parts, asha, citizen.handoff.id)


def test_what_the_draft_answers_is_not_shown_as_what_the_citizen_told(desk):
    citizen = Citizen(desk.turn)
    citizen.says("what benefit do I get")
    assert without_draft(citizen.handoff.summary) == {"service": "benefit"}
