"""What a citizen needs is kept for next time if they say so, and forgotten when they say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.message import Medium
from bot.need import Adjustment, Circumstances
from bot.understanding import Answer, Said
from tests.turn_kit import Citizen, ScriptedAssistant, TickingClock, turn_parts

NEEDS_BSL = Circumstances(adjustments=frozenset({Adjustment.BSL}))


def answer(text: str) -> Answer:
    events = ({"type": "circumstances", **NEEDS_BSL.as_json()},) if text == "bsl" else ()
    return Answer((Said("ok", "en"),), events=events)


@pytest.fixture
def parts():
    return turn_parts(ScriptedAssistant(answer), clock=TickingClock())


def comes_back(parts, medium: Medium = Medium.SMS) -> Citizen:
    parts.clock.moment += timedelta(days=30)
    return Citizen(parts, medium)


def test_what_was_kept_is_known_next_time_and_the_time_after(parts) -> None:
    first = Citizen(parts, Medium.SMS)
    first.says("bsl")
    assert first.says("Keep.") == ["[passport_kept]"]
    for _ in range(2):
        again = comes_back(parts)
        assert again.conversation.circumstances.adjustments == {Adjustment.BSL}
        assert again.says("hello") == ["ok"]
        assert again.records[-1].adjustments == ("bsl",)


def test_nothing_is_kept_unasked(parts) -> None:
    Citizen(parts, Medium.SMS).says("bsl")
    assert comes_back(parts).conversation.circumstances == Circumstances()


def test_forget_forgets_now_and_for_next_time(parts) -> None:
    citizen = Citizen(parts, Medium.SMS)
    for text in ("bsl", "KEEP"):
        citizen.says(text)
    assert citizen.says("forget") == ["[passport_forgotten]"]
    assert citizen.now.circumstances == Circumstances()
    assert comes_back(parts).conversation.circumstances == Circumstances()


def test_with_nothing_told_there_is_nothing_to_keep(parts) -> None:
    assert Citizen(parts, Medium.SMS).says("KEEP") == ["[passport_nothing]"]


def test_on_the_web_the_words_mean_nothing_special_and_nobody_elses_needs_are_shown(parts) -> None:
    texted = Citizen(parts, Medium.SMS)
    for text in ("bsl", "KEEP"):
        texted.says(text)
    web = comes_back(parts, Medium.WEB)
    assert web.conversation.circumstances == Circumstances()
    assert web.says("KEEP") == ["ok"]


def test_it_can_be_kept_while_a_person_has_the_case(parts) -> None:
    citizen = Citizen(parts, Medium.SMS)
    citizen.says("bsl")
    citizen.says("I want to talk to a person")
    assert citizen.handoff and citizen.says("KEEP") == ["[passport_kept]"]
    assert comes_back(parts).conversation.circumstances.remember
