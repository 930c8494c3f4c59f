"""What a citizen wrote before is read by whoever has their case, and only after their yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.council_case import CouncilCase
from bot.desk_earlier import (
    ConsentMissing,
    NothingLinked,
    ask_for_earlier,
    links_of,
    read_earlier,
    see_earlier,
)
from bot.desk_transfer import pass_to_team
from bot.desk_work import answer_citizen, claim_case, close_case
from bot.earlier_consent import YES
from bot.errors import HandoffNotYours
from bot.message import Medium
from bot.staff import SAFEGUARDING, Role
from tests.desk_kit import Desk
from tests.turn_kit import START, Citizen

PERSON = "can i speak to a person please"


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def asha(desk):
    return desk.hire("asha", teams=("contact_centre",))


def held(desk, citizen, who, **about) -> str:
    """The citizen's case, in the hands of ``who``; ``about`` changes their conversation."""
    citizen.says(PERSON)
    with desk.store.begin() as work:
        work.conversations.save(replace(citizen.now, **about))
        work.commit()
    return claim_case(desk.parts, who, citizen.handoff.id).id


def texting(desk, who, *before: str) -> tuple[Citizen, str]:
    """Someone who texted ``before`` and now, from one number, has a case with ``who``."""
    for text in before:
        Citizen(desk.turn, Medium.SMS).says(text)
    citizen = Citizen(desk.turn, Medium.SMS)
    return citizen, held(desk, citizen, who)


def test_a_yes_by_text_opens_what_the_same_number_wrote_before(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    with pytest.raises(ConsentMissing):
        see_earlier(desk.parts, asha, case)
    ask_for_earlier(desk.parts, asha, case)
    assert desk.texts(citizen.conversation.id)[-1] == "system: [earlier_ask](agent=Asha)"
    with pytest.raises(ConsentMissing):
        see_earlier(desk.parts, asha, case)
    assert citizen.says("2") == ["[earlier_said_yes]"]
    (one,) = see_earlier(desk.parts, asha, case)
    assert (one.how, one.hidden, one.medium) == ("number", False, Medium.SMS)
    _, said = read_earlier(desk.parts, asha, case, one.id)
    assert "my bin is full" in [message.text for message in said]
    assert citizen.handoff.claimed_by == "asha"  # an answer to that changes nothing else


def test_after_a_no_nothing_is_shown_and_nothing_can_be_read(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    ask_for_earlier(desk.parts, asha, case)
    assert citizen.says("[button_earlier_no]") == ["[earlier_said_no]"]
    with desk.store.begin() as work:
        linked = list(links_of(work, citizen.now))
        assert work.consents.of(citizen.conversation.id).said_yes is False
    for look in (see_earlier, lambda *a: read_earlier(*a, linked[0])):
        with pytest.raises(ConsentMissing):
            look(desk.parts, asha, case)
    assert "asha earlier_read" not in desk.log(case)


def consent(desk, citizen) -> bool | None:
    with desk.store.begin() as work:
        return work.consents.of(citizen.conversation.id).said_yes


@pytest.mark.parametrize(
    ("said", "yes"), [("Yes, that's fine.", True), ("yes please", True), ("No thanks", False)]
)
@pytest.mark.parametrize("medium", Medium)
def test_a_clear_yes_or_no_in_free_words_counts(desk, asha, medium, said, yes):
    citizen = Citizen(desk.turn, medium)
    case = held(desk, citizen, asha, address="447700900123")
    ask(desk, asha, case, citizen)
    answer = "[earlier_said_yes]" if yes else "[earlier_said_no]"
    assert citizen.says(said) == [answer]
    assert consent(desk, citizen) is yes


def ask(desk, who, case, citizen) -> None:
    """The question, put to a web citizen too, whom nothing links yet."""
    if citizen.medium is Medium.SMS:
        ask_for_earlier(desk.parts, who, case)
        return
    with desk.store.begin() as work:
        older = replace(citizen.now, id="older", started_at=START - timedelta(days=2))
        work.conversations.add(replace(older, last_at=older.started_at))
        work.commit()
    ask_for_earlier(desk.parts, who, case)


@pytest.mark.parametrize("said", ["ok", "yes?", "yes but only last week's", "maybe", "hm", "👍"])
def test_what_is_not_clear_is_no_consent_and_reaches_the_agent(desk, asha, said):
    citizen, case = texting(desk, asha, "my bin is full")
    ask_for_earlier(desk.parts, asha, case)
    assert citizen.says(said) == []
    assert consent(desk, citizen) is None
    assert desk.texts(citizen.conversation.id)[-1] == f"citizen: {said}"


def test_a_yes_to_something_else_is_no_consent(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    for between in (lambda: answer_citizen(desk.parts, asha, case, "Is it at number 4?"),
                    lambda: citizen.says("who is asking")):  # fmt: skip
        ask_for_earlier(desk.parts, asha, case)
        between()
        citizen.says("yes")
        assert consent(desk, citizen) is None


def test_a_number_that_answers_the_agent_is_no_consent(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    ask_for_earlier(desk.parts, asha, case)
    answer_citizen(desk.parts, asha, case, "How many bins?")
    citizen.says("2")
    assert consent(desk, citizen) is None
    assert desk.texts(citizen.conversation.id)[-1] == "citizen: 2"


def test_the_offered_words_count_after_the_agent_has_gone_on_too(desk, asha):
    """On the web they stay on the page, and say what they are an answer to."""
    citizen = Citizen(desk.turn)
    case = held(desk, citizen, asha, address="447700900123")
    ask(desk, asha, case, citizen)
    answer_citizen(desk.parts, asha, case, "One moment")
    assert citizen.says(YES) == ["[earlier_said_yes]"]


def test_nobody_asked_so_a_yes_is_nothing(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    answer_citizen(desk.parts, asha, case, "Is it about bins?")
    assert citizen.says("yes") == []
    with desk.store.begin() as work:
        assert work.consents.of(citizen.conversation.id) is None


def test_every_look_is_in_the_log_however_often(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    (one,) = see_earlier(desk.parts, asha, case)
    see_earlier(desk.parts, asha, case)
    read_earlier(desk.parts, asha, case, one.id)
    looked = [line for line in desk.log(case) if "earlier" in line]
    assert looked == [
        "asha earlier_asked", "asha earlier_listed", "asha earlier_listed", "asha earlier_read",
    ]  # fmt: skip
    with desk.store.begin() as work:
        assert work.staff_log.about(case)[-1].detail == {"conversation": one.id}


def test_who_said_yes_is_not_asked_again_and_a_new_conversation_asks_anew(desk, asha):
    citizen, case = texting(desk, asha)
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    ask_for_earlier(desk.parts, asha, case)
    asked = [t for t in desk.texts(citizen.conversation.id) if "earlier_ask" in t]
    assert len(asked) == 1
    _, later = texting(desk, asha)
    with pytest.raises(ConsentMissing):
        see_earlier(desk.parts, asha, later)


def test_nobody_can_type_a_yes_that_was_not_asked_for(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    citizen.says("/earlier_yes")
    with pytest.raises(ConsentMissing):
        see_earlier(desk.parts, asha, case)


def test_only_whoever_has_the_case_asks_and_reads(desk, asha):
    citizen, case = texting(desk, asha, "my bin is full")
    bryn = desk.hire("bryn")
    for act in (ask_for_earlier, see_earlier):
        with pytest.raises(HandoffNotYours):
            act(desk.parts, bryn, case)
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    with pytest.raises(HandoffNotYours):
        see_earlier(desk.parts, bryn, case)


def test_a_conversation_that_led_to_safeguarding_stays_closed_to_others(desk, asha):
    citizen, case = texting(desk, asha, "i want to kill myself")
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    (one,) = see_earlier(desk.parts, asha, case)
    assert one.hidden
    with pytest.raises(ConsentMissing):
        read_earlier(desk.parts, asha, case, one.id)
    sam = replace(asha, teams=frozenset({"contact_centre", SAFEGUARDING}))
    assert not see_earlier(desk.parts, sam, case)[0].hidden


def test_s9_nor_is_it_open_once_its_case_was_passed_away_from_safeguarding(desk, asha):
    lena, before = desk.hire("lena", Role.TEAM_LEAD), Citizen(desk.turn, Medium.SMS)
    before.says("i want to kill myself")
    teams = ("contact_centre", SAFEGUARDING)
    passed = pass_to_team(desk.parts, lena, before.handoff.id, "contact_centre", "a bin", teams)
    claim_case(desk.parts, lena, passed.id)
    close_case(desk.parts, lena, passed.id, "resolved")
    citizen, case = texting(desk, asha)
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    (one,) = see_earlier(desk.parts, asha, case)
    assert one.id == before.conversation.id and one.hidden
    with pytest.raises(ConsentMissing):
        read_earlier(desk.parts, asha, case, one.id)


def test_a_strangers_conversation_cannot_be_read_by_its_id(desk, asha):
    other = Citizen(desk.turn)
    other.says("secret")
    citizen, case = texting(desk, asha)
    ask_for_earlier(desk.parts, asha, case)
    citizen.says("2")
    with pytest.raises(ConsentMissing):
        read_earlier(desk.parts, asha, case, other.conversation.id)


def on_the_web(desk, who, said: str, phone: str, left: str, reference: str = "SC-2026-12"):
    """Somebody who left a number with a report, and somebody who says ``said`` and has ``phone``:
    how the second is linked to the first."""
    first = Citizen(desk.turn)
    with desk.store.begin() as work:
        work.conversations.save(replace(first.now, told={"Phone": left}))
        at = START + timedelta(minutes=1)
        work.council_cases.add(CouncilCase(first.conversation.id, "cases", reference, "", at))
        work.commit()
    second = Citizen(desk.turn)
    second.says(said)
    case = held(desk, second, who, told={"Phone": phone} if phone else {})
    with desk.store.begin() as work:
        return case, links_of(work, second.now), first.conversation.id


def test_a_web_chat_is_linked_by_reference_and_number_together(desk, asha):
    case, links, first = on_the_web(
        desk, asha, "how is sc-2026-12 going", "07700 900123", "+44 7700 900123"
    )
    assert links == {first: "reference"}
    ask_for_earlier(desk.parts, asha, case)


@pytest.mark.parametrize(
    ("said", "phone", "left"),
    [
        ("how is SC-2026-12 going", "", "07700 900123"),
        ("how is SC-2026-12 going", "07700 900999", "07700 900123"),
        ("hello", "07700 900123", "07700 900123"),
        ("how is SC-2026-12 going", "123", "123"),
    ],
)
def test_either_alone_links_nothing(desk, asha, said, phone, left):
    case, links, _ = on_the_web(desk, asha, said, phone, left)
    assert links == {}
    with pytest.raises(NothingLinked):
        ask_for_earlier(desk.parts, asha, case)
