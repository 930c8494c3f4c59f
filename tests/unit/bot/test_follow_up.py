"""Reminders and news: asked for once, called off, never sent to somebody who was erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.case_news import STATE, CaseNews, state_of
from bot.follow_up import LOOK_EVERY, REMINDER, WATCH, WATCH_FOR, follow_ups
from bot.message import Medium
from bot.stores.memory import MemoryStore
from bot.understanding import Answer, Said
from channels.follow_up import FollowUps
from tests.turn_kit import Citizen, ScriptedAssistant, TickingClock, turn_parts

SOON = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
BOOKED = {
    "type": "appointment",
    "reference": "A-1",
    "place": "The library",
    "when": "Thursday 26 November, 10:00",
    "starts_at": SOON.isoformat(),
}
CANCELLED = {"type": "appointment_cancelled", "reference": "A-1"}
WATCHED = {
    "type": "watch",
    "system": "open311",
    "reference": "7",
    "service": "Pothole",
    "status": "open",
}


class News:
    """A NewsSource that knows what it is told; ``asked`` is what it was asked for."""

    def __init__(self) -> None:
        self.known: dict[str, CaseNews] = {}
        self.others: dict[tuple[str, str], CaseNews] = {}
        self.asked: list[list[tuple[str, str]]] = []

    def of(self, asked, since):
        self.asked.append(list(asked))
        self.since = since
        return self.others | {(s, r): self.known[r] for s, r in asked if r in self.known}


class Scene:
    """A citizen whose messages bring about the event they name, and the worker that follows up."""

    def __init__(self, medium: Medium = Medium.SMS) -> None:
        events = {"book": BOOKED, "cancel": CANCELLED, "watch": WATCHED}
        events["watch by text"] = {**WATCHED, "phone": "+447700900999"}
        script = lambda text: Answer((Said("ok", "en"),), events=(events[text],))  # noqa: E731
        self.clock, self.news = TickingClock(), News()
        self.store = MemoryStore()
        self.parts = turn_parts(ScriptedAssistant(script), self.store, clock=self.clock)
        self.citizen = Citizen(self.parts, medium)
        self.worker = FollowUps(self.parts, self.news)

    def later(self, **time: float) -> None:
        self.clock.moment += timedelta(**time)
        self.worker.run_once()

    def told(self, conversation_id: str | None = None) -> list[str]:
        with self.parts.store.begin() as work:
            said = work.messages.of(conversation_id or self.citizen.conversation.id)
        return [m.text for m in said if m.sender.value == "system"]

    def parcels(self, kind: str) -> int:
        with self.parts.store.begin() as work:
            return work.outbox.waiting(kind)


def test_a_reminder_comes_a_day_before_and_once() -> None:
    scene = Scene()
    scene.citizen.sends("book")
    scene.citizen.sends("book")
    scene.later(days=1)
    assert scene.told() == []
    scene.later(days=1, hours=1, minutes=1)
    scene.later(minutes=1)
    (reminder,) = scene.told()
    assert "reference=A-1" in reminder and "Thursday 26 November" in reminder
    assert scene.parcels("sms") == 3  # two answers and the reminder


def test_nobody_is_reminded_of_an_appointment_that_has_begun() -> None:
    scene = Scene()
    scene.citizen.sends("book")
    scene.later(days=5)  # nothing ran in between
    assert scene.told() == [] and scene.parcels(REMINDER) == 0


def test_news_of_another_systems_case_with_the_same_reference_is_not_theirs() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.news.others["cases", "7"] = CaseNews("7", "closed", "Your benefit was stopped")
    scene.later(minutes=31)
    assert scene.told() == [] and scene.parcels(WATCH) == 1


def test_a_cancelled_appointment_takes_its_reminder_with_it() -> None:
    scene = Scene()
    for text in ("book", "cancel"):
        scene.citizen.sends(text)
    scene.later(days=3)
    assert scene.told() == [] and scene.parcels(REMINDER) == 0


def test_news_is_told_when_the_state_changes_and_only_then() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "open")
    scene.later(minutes=31)
    assert scene.told() == [] and scene.news.asked == [[("open311", "7")]]
    scene.news.known["7"] = CaseNews("7", "planned", "We come on Friday")
    scene.later(minutes=31)
    assert scene.told() == [
        "[case_changed](reference=7,service=Pothole,state=[case_state_planned])",
        "[report_notes](notes=We come on Friday)",
    ]
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(minutes=31)
    assert len(scene.told()) == 3 and "[case_state_fixed]" in scene.told()[-1]
    scene.later(days=1)
    assert len(scene.told()) == 3 and scene.parcels(WATCH) == 0


def test_a_system_that_is_away_is_asked_again_and_nothing_is_lost() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    for _ in range(3):
        scene.later(minutes=31)
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(minutes=31)
    assert len(scene.told()) == 1


def test_a_report_that_never_moves_is_let_go() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.later(days=WATCH_FOR.days + 1)
    assert scene.parcels(WATCH) == 0 and scene.told() == []


def test_a_report_that_has_moved_is_looked_at_as_long_again() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    began = scene.clock.moment
    scene.news.known["7"] = CaseNews("7", "planned")
    scene.later(days=WATCH_FOR.days - 1)
    scene.later(days=WATCH_FOR.days - 1)
    assert scene.parcels(WATCH) == 1 and len(scene.told()) == 1
    assert abs(scene.news.since - began) < timedelta(minutes=1), "or `planned` is seen no more"
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(days=1)
    assert "[case_state_fixed]" in scene.told()[-1]


def test_a_report_that_has_moved_and_stands_still_is_let_go() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "planned")
    scene.later(days=1)
    scene.later(days=WATCH_FOR.days + 1)
    assert scene.parcels(WATCH) == 0 and len(scene.told()) == 1


def test_who_asks_again_after_it_was_closed_hears_when_it_moves_again() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(minutes=31)
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "looking")
    scene.later(minutes=31)
    assert "[case_state_looking]" in scene.told()[-1] and scene.parcels(WATCH) == 1


def test_who_asks_in_two_conversations_is_told_once_and_another_phone_too() -> None:
    scene = Scene(Medium.WEB)
    scene.citizen.sends("watch by text")
    first = scene.citizen.conversation.id
    again = Citizen(scene.parts, Medium.WEB)
    again.sends("watch by text")
    Citizen(scene.parts, Medium.WEB).sends("watch")  # a neighbour, told in the chat
    assert scene.parcels(WATCH) == 2 and first != again.conversation.id
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(minutes=31)
    assert scene.parcels("sms") == 1


def test_nobody_is_told_twice_when_another_process_looked_meanwhile() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "fixed")
    quicker = FollowUps(scene.parts, scene.news)

    class Slow(News):
        def of(self, asked, since):
            scene.clock.moment += timedelta(minutes=6)
            quicker.run_once()
            return {pair: scene.news.known[pair[1]] for pair in asked}

    scene.clock.moment += timedelta(minutes=31)
    FollowUps(scene.parts, Slow()).run_once()
    assert len(scene.told()) == 1


def test_a_web_citizen_is_texted_where_they_said() -> None:
    scene = Scene(Medium.WEB)
    scene.citizen.sends("watch by text")
    scene.news.known["7"] = CaseNews("7", "fixed")
    scene.later(minutes=31)
    with scene.parts.store.begin() as work:
        texted = work.conversations.latest_at("447700900999")
    assert texted and texted.medium is Medium.SMS and len(scene.told(texted.id)) == 1
    assert scene.told() == [] and scene.parcels("sms") == 1


def test_P1_an_erased_citizen_is_left_alone() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.citizen.sends("book")
    with scene.store.begin() as work:
        work._tables.conversations.clear()
        work.commit()
    scene.news.known["7"] = CaseNews("7", "fixed")
    before = scene.parcels("sms")
    scene.later(days=3)
    assert scene.parcels("sms") == before
    assert scene.parcels(WATCH) == scene.parcels(REMINDER) == 0


def test_a_crash_between_lease_and_message_loses_nothing() -> None:
    scene = Scene()
    scene.citizen.sends("watch")
    scene.news.known["7"] = CaseNews("7", "fixed")
    broken = FollowUps(replace(scene.parts, replies=None), scene.news)
    scene.clock.moment += LOOK_EVERY
    with pytest.raises(AttributeError):
        broken.run_once()
    scene.later(minutes=6)
    assert len(scene.told()) == 1


@given(st.dictionaries(st.sampled_from([*BOOKED, "system", "phone"]), st.text() | st.integers()))
def test_any_event_is_followed_up_or_left(event: dict[str, object]) -> None:
    for kind in ("appointment", "watch", "appointment_cancelled", "other"):
        for one in follow_ups([{**event, "type": kind}], "c1", SOON):
            assert len(one.parcel.id) <= 40 and one.parcel.kind in {REMINDER, WATCH}


@given(st.text())
def test_an_unknown_word_never_says_that_it_is_finished(word: str) -> None:
    assert state_of(word) == "open" or word.strip().lower() in STATE
