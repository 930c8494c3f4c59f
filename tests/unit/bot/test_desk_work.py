"""An agent takes a case, answers, closes it or gives it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.desk_lead import see_overview
from bot.desk_view import see_case, see_queue
from bot.desk_work import (
    CaseRestricted,
    answer_citizen,
    claim_case,
    close_case,
    give_back_case,
)
from bot.errors import (
    HandoffNotYours,
    HandoffTaken,
    HandoffUnknown,
    MessageEmpty,
    MessageTooLong,
)
from bot.handoff import OUTCOME_CODES, HandoffStatus
from bot.message import Medium
from bot.need import Channel
from bot.staff import Role
from tests.desk_kit import Desk
from tests.turn_kit import Citizen


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def asha(desk):
    return desk.hire("asha")


@pytest.fixture
def bryn(desk):
    return desk.hire("bryn")


@pytest.fixture
def citizen(desk):
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person")
    return citizen


def case_of(citizen):
    return citizen.handoff.id


def test_a_claim_is_told_to_the_citizen_by_first_name_and_logged(desk, asha, citizen):
    claimed = claim_case(desk.parts, asha, case_of(citizen))
    assert (claimed.status, claimed.claimed_by) == (HandoffStatus.CLAIMED, "asha")
    assert desk.texts(citizen.conversation.id)[-1] == "system: [handoff_claimed](agent=Asha)"
    assert desk.log(claimed.id) == ["asha case_claimed"]


def test_claiming_ones_own_case_again_says_nothing_twice(desk, asha, citizen):
    claim_case(desk.parts, asha, case_of(citizen))
    before = desk.texts(citizen.conversation.id)
    claim_case(desk.parts, asha, case_of(citizen))
    assert desk.texts(citizen.conversation.id) == before


def test_a_case_is_with_one_agent_only(desk, asha, bryn, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    with pytest.raises(HandoffTaken):
        claim_case(desk.parts, bryn, case)
    with pytest.raises(HandoffNotYours):
        answer_citizen(desk.parts, bryn, case, "hello")
    with pytest.raises(HandoffNotYours):
        close_case(desk.parts, bryn, case, "resolved")
    with pytest.raises(HandoffNotYours):
        give_back_case(desk.parts, bryn, case)


def test_nobody_answers_a_case_they_have_not_taken(desk, asha, citizen):
    with pytest.raises(HandoffNotYours):
        answer_citizen(desk.parts, asha, case_of(citizen), "hello")


def test_a_case_nobody_knows(desk, asha):
    with pytest.raises(HandoffUnknown):
        claim_case(desk.parts, asha, "no-such-case")


def test_an_answer_reaches_the_citizen_and_the_assistant_stays_silent(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    said = answer_citizen(desk.parts, asha, case, "  Good morning, how can I help?  ")
    assert said.text == "Good morning, how can I help?"
    assert citizen.says("my bin was missed") == []
    assert desk.assistant.heard == []
    assert desk.texts(citizen.conversation.id)[-2:] == [
        "agent: Good morning, how can I help?",
        "citizen: my bin was missed",
    ]
    assert desk.log(case) == ["asha case_claimed", "asha case_answered"]


def test_f2_a_form_sent_twice_is_one_message(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    first = answer_citizen(desk.parts, asha, case, "Hello", form_id="form-1")
    again = answer_citizen(desk.parts, asha, case, "Hello", form_id="form-1")
    assert again == first
    assert desk.texts(citizen.conversation.id).count("agent: Hello") == 1


def test_what_cannot_be_said(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    with pytest.raises(MessageEmpty):
        answer_citizen(desk.parts, asha, case, " \u200b ")
    with pytest.raises(MessageTooLong):
        answer_citizen(desk.parts, asha, case, "x" * 2001)


def test_an_answer_by_text_goes_to_the_outbox(desk, asha):
    citizen = Citizen(desk.turn, medium=Medium.SMS)
    citizen.says("person please")
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    said = answer_citizen(desk.parts, asha, case, "Hello")
    now = desk.turn.clock.now()
    with desk.store.begin() as work:
        parcels = work.outbox.lease("sms", now, now + timedelta(minutes=1), 10)
    assert parcels[-1].payload == {"message_ids": [said.id], "even_if_stopped": False}
    assert len(parcels) == 3  # the assistant's words, who has taken it, the answer


def test_an_answer_keeps_the_conversation_alive(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    desk.turn.clock.moment += timedelta(hours=23)
    answer_citizen(desk.parts, asha, case, "We have news for you")
    desk.turn.clock.moment += timedelta(hours=23)
    assert citizen.says("thank you") == []


def test_an_answer_may_be_in_another_language_than_the_citizens(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    assert answer_citizen(desk.parts, asha, case, "Bore da", language="cy").lang == "cy"
    assert answer_citizen(desk.parts, asha, case, "Good morning").lang == "en"


@pytest.mark.parametrize("code", OUTCOME_CODES)
def test_closing_tells_the_citizen_and_feeds_the_audit(desk, asha, citizen, code):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    closed = close_case(desk.parts, asha, case, code, note=" all done ")
    assert (closed.status, closed.outcome_code, closed.note) == (
        HandoffStatus.CLOSED,
        code,
        "all done",
    )
    asked = "" if code == "no_answer" else "\n\n[closing_ask]"  # who is not there is not asked
    assert desk.texts(citizen.conversation.id)[-1] == f"system: [handoff_closed]{asked}"
    with desk.store.begin() as work:
        outcomes = work.records.outcomes_of(citizen.conversation.id)
    assert [o.code for o in outcomes if o.source == "agent"] == (
        [] if code == "no_answer" else ["resolved"]
    )
    assert citizen.says("one more thing") == ["answer to one more thing"]


def closed(desk, who, citizen) -> str:
    case = claim_case(desk.parts, who, case_of(citizen)).id
    return close_case(desk.parts, who, case, "advice_given").id


def outcomes(desk, citizen) -> list[tuple[str, str]]:
    with desk.store.begin() as work:
        held = work.records.outcomes_of(citizen.conversation.id)
    return [(one.code, one.source) for one in held if one.code == "resolved"]


@pytest.mark.parametrize(
    ("said", "got", "answer"),
    [
        ("[button_got_yes]", "yes", "[closing_thanks]"),
        ("[button_got_partly]", "partly", "[closing_sorry]"),
        ("/got_no", "no", "[closing_sorry]"),
    ],
)
def test_the_citizen_confirms_a_closed_case_or_says_that_it_is_not(
    desk, asha, citizen, said, got, answer
):
    case = closed(desk, asha, citizen)
    (reply,) = citizen.sends(said)
    assert reply.text == answer and [b.payload for b in reply.buttons] == [
        "/human",
        "/face_to_face",
    ]
    assert see_case(desk.parts, asha, case).feedback.got == got
    assert outcomes(desk, citizen).count(("resolved", "citizen")) == (got == "yes")
    assert desk.assistant.heard == []
    since = desk.turn.clock.now() - timedelta(days=7)
    assert see_overview(desk.parts, asha, since).got == {got: 1}


def test_by_text_the_answer_is_a_number_and_one_message_asks(desk, asha):
    citizen = Citizen(desk.turn, medium=Medium.SMS)
    citizen.says("person please")
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    answer_citizen(desk.parts, asha, case, "It is on Friday")
    close_case(desk.parts, asha, case, "advice_given")
    assert citizen.says("3") == ["[closing_sorry]"]
    assert see_case(desk.parts, asha, case).feedback.got == "no"


def test_other_words_after_a_case_is_closed_are_no_answer_to_how_it_went(desk, asha, citizen):
    case = closed(desk, asha, citizen)
    assert citizen.says("no thanks") == ["answer to no thanks"]
    assert citizen.says("/got_yes") == ["answer to got_yes"]  # no longer on offer
    assert see_case(desk.parts, asha, case).feedback is None


def test_a_yes_that_is_given_twice_is_one_outcome(desk, asha, citizen):
    for _ in range(2):
        closed(desk, asha, citizen)
        citizen.says("[button_got_yes]")
        citizen.says("can i speak to a person")
    assert outcomes(desk, citizen).count(("resolved", "citizen")) == 1


@pytest.mark.parametrize("end", [give_back_case, partial(close_case, outcome_code="resolved")])
@pytest.mark.parametrize("kept", [False, True])
def test_after_a_person_the_next_need_is_routed_anew(desk, asha, citizen, end, kept):
    """Otherwise "you are back with me" would be followed by a person again, whatever is said."""
    with desk.store.begin() as work:
        told = replace(citizen.now.circumstances, failed_turns=2, remember=kept)
        work.conversations.save(replace(citizen.now, circumstances=told))
        work.commit()
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    end(desk.parts, asha, case)
    citizen.says("when is my bin day")
    (told,) = desk.assistant.told
    assert told.failed_turns == 0
    assert told.asked_channel is (Channel.ASSISTED if kept else None)  # kept for every time


def test_an_unknown_outcome_is_refused_and_nothing_changes(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    with pytest.raises(ValueError, match="unknown outcome"):
        close_case(desk.parts, asha, case, "great")
    assert citizen.handoff.status is HandoffStatus.CLAIMED


def test_a_case_given_back_is_the_assistants_again(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    returned = give_back_case(desk.parts, asha, case, note="wants bin day")
    assert (returned.status, returned.note) == (HandoffStatus.RETURNED, "wants bin day")
    assert desk.texts(citizen.conversation.id)[-1] == "system: [handoff_returned]"
    assert citizen.says("when is my bin day") == ["answer to when is my bin day"]
    assert desk.log(case) == ["asha case_claimed", "asha case_returned"]


def test_a_closed_case_cannot_be_answered_or_closed_again(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    close_case(desk.parts, asha, case, "resolved")
    with pytest.raises(HandoffNotYours):
        answer_citizen(desk.parts, asha, case, "one more thing")
    with pytest.raises(HandoffNotYours):
        close_case(desk.parts, asha, case, "resolved")


def test_the_queue_has_what_an_agent_needs_to_choose(desk, asha, bryn, citizen):
    urgent = Citizen(desk.turn, medium=Medium.SMS, language="cy")
    urgent.says("i want to kill myself")
    taken = Citizen(desk.turn)
    taken.says("person")
    claim_case(desk.parts, bryn, taken.handoff.id)
    queue = see_queue(desk.parts, asha)
    assert [c.handoff.urgency for c in queue.waiting] == ["urgent", "routine"]
    first = queue.waiting[0]
    assert (first.medium, first.language, first.handoff.team) == (
        Medium.SMS,
        "cy",
        "safeguarding",
    )
    assert first.citizen_waits_since is not None
    assert queue.mine == ()
    assert [c.handoff.claimed_by for c in queue.with_colleagues] == ["bryn"]
    assert queue.names["bryn"] == "Bryn Example"
    assert [c.handoff.claimed_by for c in see_queue(desk.parts, bryn).mine] == ["bryn"]


def test_an_answered_citizen_no_longer_waits(desk, asha, citizen):
    claim_case(desk.parts, asha, case_of(citizen))
    answer_citizen(desk.parts, asha, case_of(citizen), "Hello")
    assert see_queue(desk.parts, asha).mine[0].citizen_waits_since is None
    citizen.says("hello")
    assert see_queue(desk.parts, asha).mine[0].citizen_waits_since is not None


def test_todays_finished_cases_are_listed(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    close_case(desk.parts, asha, case, "referred")
    (card,) = see_queue(desk.parts, asha).over_today
    assert card.handoff.outcome_code == "referred"
    desk.turn.clock.moment += timedelta(days=1)
    assert see_queue(desk.parts, asha).over_today == ()


def test_a_case_called_off_by_the_citizen_is_not_in_the_list(desk, asha, citizen):
    citizen.says("[button_something_else]")
    assert citizen.handoff is None
    assert see_queue(desk.parts, asha).over_today == ()


def test_s9_a_safeguarding_case_is_for_few_eyes(desk):
    highways = desk.hire("hal", teams=("highways",))
    lead = desk.hire("lena", Role.TEAM_LEAD, teams=())
    citizen = Citizen(desk.turn)
    citizen.says("i want to kill myself")
    case = case_of(citizen)
    for act in (
        lambda: claim_case(desk.parts, highways, case),
        lambda: answer_citizen(desk.parts, highways, case, "hello"),
        lambda: close_case(desk.parts, highways, case, "resolved"),
        lambda: give_back_case(desk.parts, highways, case),
        lambda: see_case(desk.parts, highways, case),
    ):
        with pytest.raises(CaseRestricted):
            act()
    assert see_queue(desk.parts, highways).waiting == ()
    assert len(see_queue(desk.parts, lead).waiting) == 1
    assert see_case(desk.parts, lead, case).handoff.id == case


def test_s9_a_later_case_does_not_show_what_was_said_in_a_safeguarding_one(desk):
    lead = desk.hire("lena", Role.TEAM_LEAD)
    hal = desk.hire("hal", teams=("highways",))
    citizen = Citizen(desk.turn)
    citizen.says("i want to kill myself")
    secret = case_of(citizen)
    claim_case(desk.parts, lead, secret)
    close_case(desk.parts, lead, secret, "referred")
    citizen.says("can i speak to a person about a pothole")
    case = see_case(desk.parts, hal, case_of(citizen))
    said = [m.text for m in case.messages]
    assert "i want to kill myself" not in said
    assert "can i speak to a person about a pothole" in said
    assert case.hidden > 0
    assert case.earlier == ()
    assert see_case(desk.parts, lead, case_of(citizen)).hidden == 0


def test_s9_an_earlier_case_does_not_show_a_safeguarding_one_that_followed(desk):
    hal = desk.hire("hal", teams=("highways",))
    citizen = Citizen(desk.turn)
    citizen.says("can i speak to a person about a pothole")
    first = case_of(citizen)
    claim_case(desk.parts, hal, first)
    close_case(desk.parts, hal, first, "resolved")
    citizen.says("i want to kill myself")
    said = [m.text for m in see_case(desk.parts, hal, first).messages]
    assert "i want to kill myself" not in said
    assert "can i speak to a person about a pothole" in said


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SERVICE_MANAGER])
def test_s9_who_is_not_at_the_desk_opens_nothing(desk, citizen, role):
    who = desk.hire("someone", role)
    with pytest.raises(CaseRestricted):
        see_case(desk.parts, who, case_of(citizen))
    assert see_queue(desk.parts, who).waiting == ()


def test_a_number_that_said_stop_is_shown(desk, asha):
    citizen = Citizen(desk.turn, medium=Medium.SMS)
    citizen.says("person")
    assert not see_case(desk.parts, asha, case_of(citizen)).said_stop
    with desk.store.begin() as work:
        work.sms_numbers.opt_out("447700900123", desk.turn.clock.now())
        work.commit()
    assert see_case(desk.parts, asha, case_of(citizen)).said_stop


def test_the_staff_log_holds_nothing_a_citizen_said(desk, asha, citizen):
    case = case_of(citizen)
    claim_case(desk.parts, asha, case)
    answer_citizen(desk.parts, asha, case, "call me on 07700 900456")
    close_case(desk.parts, asha, case, "resolved", note="lives at 1 High Street")
    with desk.store.begin() as work:
        kept = repr(work.staff_log.about(case))
    assert "07700" not in kept
    assert "High Street" not in kept


def test_pages_that_watch_are_woken(desk, asha, citizen):
    woken: list[str] = []
    live = type("Live", (), {"changed": lambda self, topics: woken.extend(topics)})()
    parts = replace(desk.parts, turn=replace(desk.turn, live=live))
    case = case_of(citizen)
    claim_case(parts, asha, case)
    answer_citizen(parts, asha, case, "Hello")
    close_case(parts, asha, case, "resolved")
    assert woken == [citizen.conversation.id, "desk", "post"] * 3
