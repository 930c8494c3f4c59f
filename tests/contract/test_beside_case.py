"""Cases in council systems, consents, what the desk waits for and what citizens thought: memory,
SQLite, PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.council_case import CouncilCase
from bot.desk_work import claim_case, close_case
from bot.earlier_consent import Consent
from bot.feedback import Feedback
from tests.contract.test_staff_store import store
from tests.desk_kit import Desk
from tests.turn_kit import START, Citizen

__all__ = ["store"]


@pytest.fixture
def whose(store):
    return Citizen(Desk(store).turn).conversation


def test_a_case_is_held_once_and_found_by_its_reference(store, whose):
    made = CouncilCase(whose.id, "cases", "SC-1", "pothole", START)
    later = replace(made, reference="A-2", system="appointments", at=START + timedelta(hours=1))
    with store.begin() as work:
        for one in (later, made, replace(made, at=START + timedelta(days=1))):
            work.council_cases.add(one)
        work.commit()
    with store.begin() as work:
        assert work.council_cases.of(whose.id) == [made, later]
        assert work.council_cases.named(["SC-1", "other"]) == [made]
        assert work.council_cases.named([]) == work.council_cases.of("nobody") == []


def test_a_consent_is_what_was_answered_last(store, whose):
    asked = Consent(whose.id, "asha", START)
    with store.begin() as work:
        work.consents.answer(whose.id, True, START)  # nobody has asked
        assert work.consents.of(whose.id) is None
        work.consents.put(asked)
        assert work.consents.of(whose.id) == asked
        work.consents.answer(whose.id, False, START)
        work.commit()
    with store.begin() as work:
        held = work.consents.of(whose.id)
        assert (held.said_yes, held.answered_at) == (False, START)
        work.consents.put(replace(asked, asked_by="bryn"))
        assert work.consents.of(whose.id).said_yes is None


def test_what_the_desk_waits_for_comes_back_as_it_was_kept(store, whose):
    for waits in ({"team": "highways", "urgency": "soon"}, None):
        with store.begin() as work:
            work.conversations.save(replace(whose, desk_waits=waits))
            work.commit()
        with store.begin() as work:
            assert work.conversations.get(whose.id).desk_waits == waits


def test_what_citizens_thought_is_held_once_and_counted_where_an_agent_had_the_case(store):
    desk = Desk(store)
    asha = desk.hire("asha")
    served, other = Citizen(desk.turn), Citizen(desk.turn)
    served.says("person")
    claim_case(desk.parts, asha, served.handoff.id)
    close_case(desk.parts, asha, served.handoff.id, "resolved")
    with store.begin() as work:
        before = work.feedback.since(START)
        assert work.feedback.of(served.conversation.id) is None
        for one in (other.conversation, served.conversation):
            work.feedback.put(Feedback(one.id, "yes", START))
        said = Feedback(served.conversation.id, "partly", START + timedelta(days=1), "slow")
        work.feedback.put(said)
        work.commit()
    with store.begin() as work:
        assert work.feedback.of(served.conversation.id) == said
        assert work.feedback.since(START) - before == {"partly": 1}
        assert "partly" not in work.feedback.since(said.at + timedelta(days=9)) - before
