"""What was the safeguarding team's once stays for few eyes, wherever the case goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk_notes import add_note
from bot.desk_open import open_case
from bot.desk_transfer import pass_to_team
from bot.desk_view import see_case, see_queue
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.guarded import has_right, is_guarded, may_read
from bot.handoff import ASSISTANT_DOWN
from bot.staff import SAFEGUARDING, Role
from tests.desk_kit import Desk
from tests.turn_kit import Citizen

SECRET = "he hits me"
PERSON = "can i speak to a person please"
TEAMS = ("contact_centre", SAFEGUARDING)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def lena(desk):
    return desk.hire("lena", Role.TEAM_LEAD)


@pytest.fixture
def asha(desk):
    return desk.hire("asha", teams=("contact_centre",))


@pytest.fixture
def bryn(desk):
    return desk.hire("bryn", teams=("contact_centre",))


@pytest.fixture
def citizen(desk, lena):
    """Their case went to the safeguarding team and from there to the contact centre."""
    made = Citizen(desk.turn)
    made.says(SECRET)
    made.says(PERSON)
    case = made.handoff
    told = {"summary": {"What": SECRET}, "contact": {"phone": "07700 900123"}}
    with desk.store.begin() as work:
        work.handoffs.save(replace(case, **told), was=case)
        work.commit()
    add_note(desk.parts, lena, case.id, "a child is there")
    pass_to_team(desk.parts, lena, case.id, SAFEGUARDING, "hurt at home", TEAMS)
    pass_to_team(desk.parts, lena, case.id, "contact_centre", "safe now; a bin", TEAMS)
    return made


def told(desk, who, citizen) -> str:
    """Everything that the queue and the page of the citizen's first case tell ``who``."""
    with desk.store.begin() as work:
        first = work.handoffs.of(citizen.conversation.id)[0].id
    queue, case = see_queue(desk.parts, who), see_case(desk.parts, who, first)
    assert case.hidden == 0 or not case.messages
    return f"{queue} {case}"


def tells(text: str) -> bool:
    return any(words in text for words in (SECRET, "900123", "a child", "safe now"))


def test_s9_a_case_passed_away_from_safeguarding_is_listed_without_its_words(desk, asha, citizen):
    (card,) = see_queue(desk.parts, asha).waiting
    assert card.handoff.id == citizen.handoff.id and card.handoff.team == "contact_centre"
    assert not tells(told(desk, asha, citizen))
    assert see_case(desk.parts, asha, citizen.handoff.id).hidden > 0


def test_s9_who_has_the_right_reads_it_as_before(desk, lena, citizen):
    assert SECRET in told(desk, lena, citizen)
    assert see_queue(desk.parts, lena).waiting[0].last_words == PERSON


def test_s9_who_takes_it_can_do_their_work_and_nobody_else_reads_it(desk, asha, bryn, citizen):
    claim_case(desk.parts, asha, citizen.handoff.id)
    case = open_case(desk.parts, asha, citizen.handoff.id)
    assert case.hidden == 0 and case.handoff.contact == {"phone": "07700 900123"}
    assert [note.text for note in case.notes] == ["a child is there", "hurt at home",
                                                  "safe now; a bin"]  # fmt: skip
    answer_citizen(desk.parts, asha, case.handoff.id, "hello")
    citizen.says(f"{SECRET} still")
    assert tells(told(desk, asha, citizen)) and not tells(told(desk, bryn, citizen))
    close_case(desk.parts, asha, case.handoff.id, "resolved")
    assert not tells(told(desk, bryn, citizen))


def test_s9_nor_from_the_next_case_of_the_same_conversation(desk, asha, bryn, citizen):
    case = claim_case(desk.parts, asha, citizen.handoff.id)
    close_case(desk.parts, asha, case.id, "resolved")
    citizen.says("my bin was missed")
    citizen.says(PERSON)
    assert citizen.handoff.id != case.id
    claim_case(desk.parts, bryn, citizen.handoff.id)
    seen = see_case(desk.parts, bryn, citizen.handoff.id)
    assert SECRET not in [m.text for m in seen.messages]
    assert "my bin was missed" in [m.text for m in seen.messages]
    assert seen.earlier == () and seen.notes == () and seen.hidden > 0


def test_s9_it_never_forgets_however_often_it_is_passed_on(desk, lena, asha, citizen):
    for team in ("highways", "contact_centre"):
        pass_to_team(desk.parts, lena, citizen.handoff.id, team, "yours", ("highways", *TEAMS))
    assert citizen.handoff.was_safeguarding
    assert not tells(told(desk, asha, citizen))


def test_s9_a_citizen_who_asks_for_a_person_takes_nothing_from_the_team(desk, lena, asha):
    """A case of an outage takes the team of the person who is asked for afterwards."""
    citizen = Citizen(desk.turn)
    citizen.says(PERSON)
    held = citizen.handoff
    with desk.store.begin() as work:
        work.handoffs.save(replace(held, reasons=(ASSISTANT_DOWN,), team=SAFEGUARDING), was=held)
        work.commit()
    citizen.says(PERSON)
    assert is_guarded(citizen.handoff)
    assert not see_case(desk.parts, lena, citizen.handoff.id).hidden


def test_s9_the_rule(desk, lena, asha, bryn, citizen):
    case, manager = citizen.handoff, desk.hire("mo", Role.SERVICE_MANAGER)
    sara = desk.hire("sara", teams=(), skills=frozenset({SAFEGUARDING}))
    assert [who.username for who in (lena, asha, bryn, sara, manager) if has_right(who, case)] == [
        "lena",
        "sara",
    ]
    taken = replace(case, claimed_by="asha")
    assert may_read(asha, taken) and not may_read(bryn, taken) and not has_right(asha, taken)
    theirs = replace(taken, team=SAFEGUARDING)
    assert not may_read(asha, theirs)  # passed back: it is no longer theirs
    auditor = replace(asha, roles=frozenset({Role.AUDITOR}))
    assert not may_read(auditor, taken)
