"""Somebody asks for somebody else: heard in every language, said back, and shown to the agent."""

from __future__ import annotations

import pytest

from bot.helper import ASKED_BY, SOMEBODY_ELSE, asks_for_another
from tests.turn_kit import Citizen, ScriptedAssistant, turn_parts


@pytest.mark.parametrize(
    "text",
    [
        "I'm calling on behalf of my neighbour",
        "bus pass for my elderly mum",
        "My nan can't use the internet",
        "i care for my brother",
        "Rwy'n gofyn dros fy mam",
        "Dzwonię w imieniu sąsiadki",
        "odznaka dla mojej mamy",
        "Întreb pentru mama mea",
        "یہ میری والدہ کے لیے ہے",
        "meri ammi ke liye blue badge",
        "ਇਹ ਮੇਰੀ ਮਾਂ ਲਈ ਹੈ",
        "এটা আমার মায়ের জন্য",
        "أسأل نيابة عن جارتي",
        "hooyaday ayaan u codsanayaa",
        "É para a minha mãe",
        "我替我妈妈问",
        "Це для моєї бабусі",
    ],
)
def test_it_is_heard(text: str) -> None:
    assert asks_for_another(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "there is a pothole",
        "my mum died",
        "my dad is dead and I must register it",
        "I live with my wife",
        "for my street",
        "parking for my car",
        "I am a carer",
        "register my son's birth",
        "/service_pothole",
    ],
)
def test_it_is_not_guessed(text: str) -> None:
    assert not asks_for_another(text)


def test_it_is_said_back_once_and_the_agent_sees_it() -> None:
    citizen = Citizen(turn_parts(ScriptedAssistant()))
    assert citizen.says("bus pass for my mum")[0] == "[helper_noted]"
    assert citizen.says("it is for my mum") == ["answer to it is for my mum"]
    assert citizen.now.circumstances.for_other
    citizen.says("I want to talk to a person")
    assert citizen.handoff.summary[ASKED_BY] == SOMEBODY_ELSE


def test_an_agent_knows_it_even_when_it_comes_with_the_request_itself() -> None:
    citizen = Citizen(turn_parts(ScriptedAssistant(down=True)))
    citizen.says("can i speak to someone, it's on behalf of my neighbour")
    assert citizen.handoff.summary[ASKED_BY] == SOMEBODY_ELSE
