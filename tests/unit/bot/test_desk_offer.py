"""A case that comes back from the assistant is offered first to the agent who had it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk_offer import HandoffOffered, NotOffered, end_offers, leave_to_queue
from bot.desk_parts import CaseRestricted
from bot.desk_questions import let_assistant_ask
from bot.desk_reach import set_presence
from bot.desk_transfer import pass_to_colleague, pass_to_team
from bot.desk_view import see_case, see_queue
from bot.desk_work import CapacityReached, claim_case, close_case, give_back_case
from bot.files.cards import load_cards
from bot.staff import SAFEGUARDING, Presence, Role
from bot.understanding import Answer, Said, Understanding
from channels.settings import ROOT
from tests.desk_kit import OFFERED_FOR, Desk
from tests.turn_kit import Citizen

PERSON = "can i speak to a person please"


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def asha(desk):
    return desk.here(desk.hire("asha", teams=("contact_centre",)))


@pytest.fixture
def bryn(desk):
    return desk.here(desk.hire("bryn"))


@pytest.fixture
def citizen(desk):
    return Citizen(desk.turn)


def given_back(desk, citizen, who) -> None:
    """They had a person, who has given the case back."""
    citizen.says(PERSON)
    claim_case(desk.parts, who, citizen.handoff.id)
    give_back_case(desk.parts, who, citizen.handoff.id, "wants bin day")


def comes_back(desk, citizen, who, *said: str):
    """The case as it is once the citizen asks for a person again."""
    given_back(desk, citizen, who)
    for text in said or (PERSON,):
        citizen.says(text)
    return citizen.handoff


def later(desk, *people, **by) -> None:
    """Time passes; the pages of ``people`` stay open."""
    desk.turn.clock.moment += timedelta(**by)
    for one in people:
        desk.here(one)


def history(desk, who, case) -> list[str]:
    notes = see_case(desk.parts, who, case.id).notes
    return [note.text for note in notes if note.handoff_id == case.id]


def is_free(desk, case) -> bool:
    with desk.store.begin() as work:
        held = work.handoffs.get(case.id)
    return (held.offered_to, held.offered_until) == (None, None)


def test_it_is_offered_to_whoever_had_it_and_the_history_says_why(desk, asha, bryn, citizen):
    case = comes_back(desk, citizen, asha)
    assert (case.offered_to, case.offered_until) == ("asha", case.asked_at + OFFERED_FOR)
    (why,) = history(desk, bryn, case)
    assert why.startswith("Asha Example had it and gave it back at 09:00, and is asked first")
    assert desk.log(case.id) == ["(fairway) case_offered"]
    with pytest.raises(HandoffOffered):
        claim_case(desk.parts, bryn, case.id)
    claimed = claim_case(desk.parts, asha, case.id)
    assert claimed.claimed_by == "asha" and is_free(desk, case)


def test_the_assistant_handing_it_over_again_is_the_same(desk, asha, citizen):
    handed = {"type": "handoff", "team": "contact_centre", "way": "talk_to_person"}
    made = Understanding(intent="x", language="en")
    given_back(desk, citizen, asha)
    desk.assistant.script = lambda text: Answer((Said("a person", "en"),), made, (handed,))
    citizen.says("my rent")
    assert citizen.handoff.offered_to == "asha"


def test_what_comes_back_from_questions_is_too(desk, asha, citizen):
    citizen.says(PERSON)
    case = claim_case(desk.parts, asha, citizen.handoff.id)
    card = load_cards(ROOT / "bot" / "services")["pothole"]
    let_assistant_ask(desk.parts, asha, case.id, card, comes_back=True)
    assert citizen.handoff.offered_to == "asha"  # this assistant asks nothing


def test_everybody_sees_to_whom_it_is_offered_and_they_see_it_on_top(desk, asha, bryn, citizen):
    first = Citizen(desk.turn)
    first.says(PERSON)
    case = comes_back(desk, citizen, asha)
    assert [c.handoff.id for c in see_queue(desk.parts, asha).waiting][0] == case.id
    assert [c.handoff.id for c in see_queue(desk.parts, bryn).waiting][1] == case.id
    for who in (asha, bryn):
        assert see_queue(desk.parts, who).offers == {case.id: "asha"}
        assert see_case(desk.parts, who, case.id).offered_to == "asha"
    Citizen(desk.turn).says("i want to kill myself")
    lead = desk.hire("lena", Role.TEAM_LEAD)
    assert see_queue(desk.parts, lead).waiting[0].handoff.urgency == "urgent"


@pytest.mark.parametrize("reason", ["away", "full", "off", "other team", "not here"])
def test_who_cannot_be_reached_is_not_offered_it_and_the_history_says_so(
    desk, asha, bryn, citizen, reason
):
    given_back(desk, citizen, asha)
    changed = {
        "full": replace(asha, capacity=0),
        "off": replace(asha, active=False),
        "other team": replace(asha, teams=frozenset({"highways"})),
    }.get(reason, asha)
    with desk.store.begin() as work:
        work.staff.save(changed)
        work.commit()
    if reason == "away":
        set_presence(desk.parts, asha, Presence.AWAY, "lunch")
    if reason == "not here":
        later(desk, minutes=5)
    citizen.says(PERSON)
    case = citizen.handoff
    assert case.offered_to is None
    said = {
        "away": "is away", "full": "has as many cases", "off": "no longer works",
        "other team": "another team's", "not here": "no page of the desk open",
    }[reason]  # fmt: skip
    (why,) = history(desk, bryn, case)
    assert said in why and why.endswith("it is in the queue.")
    assert "lunch" not in why  # the citizen may read it among what is held about them
    claim_case(desk.parts, bryn, case.id)


def test_the_offer_holds_as_long_as_silence_would_then_it_is_anybodys(desk, asha, bryn, citizen):
    case = comes_back(desk, citizen, asha)
    later(desk, asha, minutes=9)
    assert end_offers(desk.parts) == []
    later(desk, asha, minutes=1)
    claim_case(desk.parts, bryn, case.id)  # at once, whether the rounds have been or not
    again = comes_back(desk, Citizen(desk.turn), asha)
    later(desk, asha, minutes=11)
    assert end_offers(desk.parts) == [again.id]
    assert end_offers(desk.parts) == []
    assert is_free(desk, again)
    assert history(desk, bryn, again)[-1].endswith("Asha Example: did not take it in time.")
    assert desk.log(again.id)[-1] == "(fairway) case_offer_over"
    assert see_queue(desk.parts, bryn).offers == {}


def test_the_offer_is_over_at_once_when_they_leave(desk, asha, bryn, citizen):
    case = comes_back(desk, citizen, asha)
    set_presence(desk.parts, asha, Presence.AWAY, "lunch")
    assert see_queue(desk.parts, bryn).offers == {}
    claim_case(desk.parts, bryn, case.id)


def test_they_may_leave_it_to_the_queue_and_nobody_else_may(desk, asha, bryn, citizen):
    case = comes_back(desk, citizen, asha)
    with pytest.raises(NotOffered):
        leave_to_queue(desk.parts, bryn, case.id)
    leave_to_queue(desk.parts, asha, case.id)
    assert is_free(desk, case) and desk.log(case.id)[-1] == "asha case_offer_declined"
    with pytest.raises(NotOffered):
        leave_to_queue(desk.parts, asha, case.id)
    claim_case(desk.parts, bryn, case.id)


def test_a_team_lead_may_take_it_or_give_it_to_somebody(desk, asha, bryn, citizen):
    lead = desk.here(desk.hire("lena", Role.TEAM_LEAD))
    case = comes_back(desk, citizen, asha)
    claim_case(desk.parts, lead, case.id)
    other = comes_back(desk, Citizen(desk.turn), asha)
    pass_to_colleague(desk.parts, lead, other.id, "bryn", "yours")
    third = comes_back(desk, Citizen(desk.turn), asha)
    pass_to_team(desk.parts, lead, third.id, "highways", "a road", ("highways",))
    assert all(is_free(desk, one) for one in (case, other, third))


def test_danger_and_the_safeguarding_queue_know_no_offers(desk, bryn, citizen):
    sara = desk.here(desk.hire("sara", teams=("*",)))
    case = comes_back(desk, citizen, sara, "i want to kill myself")
    assert (case.team, case.offered_to) == (SAFEGUARDING, None)
    assert history(desk, sara, case) == []
    claim_case(desk.parts, bryn, case.id)
    give_back_case(desk.parts, bryn, case.id)
    citizen.says(PERSON)  # what led there is nobody's business in the other queue
    assert citizen.handoff.offered_to is None


def test_an_offer_is_over_when_danger_is_spoken_of(desk, asha, citizen):
    case = comes_back(desk, citizen, asha)
    citizen.says("i want to kill myself")
    assert see_queue(desk.parts, asha).offers == {}
    assert end_offers(desk.parts) == [case.id]
    claim_case(desk.parts, desk.hire("bryn"), case.id)


def test_one_that_was_closed_or_called_off_or_is_of_another_day_is_new(desk, asha, citizen):
    citizen.says(PERSON)
    close_case(desk.parts, asha, claim_case(desk.parts, asha, citizen.handoff.id).id, "resolved")
    citizen.says(PERSON)
    assert citizen.handoff.offered_to is None
    citizen.says("/something_else")
    case = comes_back(desk, citizen, asha)
    assert case.offered_to == "asha"
    claim_case(desk.parts, asha, case.id)
    give_back_case(desk.parts, asha, case.id)
    later(desk, asha, hours=20)
    citizen.says(PERSON)
    assert citizen.handoff.offered_to is None and history(desk, asha, citizen.handoff) == []


def test_an_agent_who_may_no_longer_open_it_cannot_leave_it(desk, asha, citizen):
    case = comes_back(desk, citizen, asha)
    with desk.store.begin() as work:
        held = work.handoffs.get(case.id)
        work.handoffs.save(replace(held, team=SAFEGUARDING), was=held)
        work.commit()
    with pytest.raises(CaseRestricted):
        leave_to_queue(desk.parts, asha, case.id)


def test_nobody_is_offered_more_than_they_can_take(desk, citizen):
    ann = desk.here(desk.hire("ann", capacity=1))
    case = comes_back(desk, citizen, ann)
    other = Citizen(desk.turn)
    other.says(PERSON)
    claim_case(desk.parts, ann, other.handoff.id)
    with pytest.raises(CapacityReached):
        claim_case(desk.parts, ann, case.id)
    assert end_offers(desk.parts) == [case.id]
