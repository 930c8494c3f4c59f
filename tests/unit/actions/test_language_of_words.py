"""What a council has in English only is marked as English, whatever language the chat is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from actions.send_link import say_facts
from actions.turn import Turn
from actions.turn_action import in_message
from bot.files.cards import load_cards
from bot.message import Button, button_from_json
from bot.service_card import Fact, ServiceCard
from tests.unit.actions.driver import BOT, POSTCODE, Talk

Start = Callable[..., Talk]


def _english_only(name: str) -> dict[str, ServiceCard]:
    """The shipped cards, one of them as a council writes its own: in English alone."""
    cards = dict(load_cards(BOT / "services"))
    fact = Fact({"en": "It costs 30 pounds.", "cy": "Mae'n costio 30 punt."}, "us", date.min)
    return cards | {name: replace(cards[name], names={"en": "A permit"}, facts=(fact,))}


def test_a_councils_question_in_english_is_english_and_its_ways_on_arabic(talk_with: Start) -> None:
    talk = talk_with(language="ar")
    first = talk.say("حفرة في الطريق", "service_pothole")
    assert [(one["key"], one["lang"]) for one in first.said] == [
        ("report_start", "ar"), ("council_notice", "en"), ("ask_where", "ar"),
    ]  # fmt: skip
    talk.say(POSTCODE)
    [size] = talk.say("قرب المكتبة").said
    assert "How big" in size["text"] and size["lang"] == "en"
    langs = {b["payload"]: b.get("lang") for b in size["buttons"]}
    assert langs["Bigger than a dustbin lid"] is None  # the message's own
    assert langs["/human"] == langs["/face_to_face"] == "ar"


def test_a_question_that_the_council_has_in_welsh_is_welsh(talk_with: Start) -> None:
    talk = talk_with(language="cy")
    talk.say("mae twll yn y ffordd", "service_pothole")
    [size] = [talk.say(answer) for answer in (POSTCODE, "ger y llyfrgell")][-1].said
    assert size["lang"] == "cy" and not any("lang" in button for button in size["buttons"])


def test_the_choice_what_to_change_names_english_questions_as_english(talk_with: Start) -> None:
    talk = talk_with(language="ar")
    talk.say("حفرة في الطريق", "service_pothole")
    for answer in (POSTCODE, "قرب المكتبة", "small", "/skip", "/skip", "/skip", "/skip"):
        talk.say(answer)
    [which] = talk.say("/deny").said
    langs = {b["title"]: b.get("lang") for b in which["buttons"]}
    assert which["lang"] == "ar" and langs["How big is the hole?"] == "en"
    assert set(langs.values()) == {None, "en"}


@pytest.mark.parametrize(("language", "lang"), [("ar", "en"), ("cy", "cy"), ("en", "en")])
def test_a_fact_is_in_the_language_it_is_written_in(language: str, lang: str) -> None:
    card = _english_only("parking_permit")["parking_permit"]
    [fact] = say_facts(Turn("c", "?", language=language), card).said
    assert fact.lang == lang


def test_a_link_with_english_facts_in_an_arabic_chat(talk_with: Start) -> None:
    talk = talk_with(language="ar", cards=_english_only("parking_permit"))
    said = talk.say("تصريح", "service_parking_permit").said
    [fact] = [one for one in said if one["key"] == "fact"]
    assert fact["lang"] == "en" and "checked on" in fact["text"]
    assert "ar" in {one["lang"] for one in said}


def test_an_english_name_on_a_button_of_an_arabic_message(talk_with: Start) -> None:
    talk = talk_with(language="ar", cards=_english_only("pothole"))
    [menu] = talk.say("/something_else").said
    langs = {b["payload"]: b.get("lang") for b in menu["buttons"]}
    assert (menu["lang"], langs["/service_pothole"]) == ("ar", "en")
    assert langs["/human"] is None


@pytest.mark.parametrize(
    ("own", "message", "marked"), [("", "en", "ar"), ("", "ar", ""), ("en", "ar", "en")]
)
def test_a_button_names_its_language_where_the_message_has_another(
    own: str, message: str, marked: str
) -> None:
    button = in_message(Button("x", "/x", own), "ar", message)
    assert button.lang == marked
    assert button_from_json(button.as_json()) == button


def test_a_page_quoted_in_english_is_english(talk_with: Start) -> None:
    quote, note, *_ = talk_with(language="ar").say("/service_blue_badge").said
    assert (quote["key"], quote["lang"]) == ("page_quote", "en")
    assert (note["key"], note["lang"]) == ("page_in_english", "ar")
