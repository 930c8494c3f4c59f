"""A no to a question that may be left out leaves it out, whoever asks it and in every language."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.actions.driver import LANGUAGES, POSTCODE, Talk

Start = Callable[..., Talk]
_NO_THANKS = [
    ("en", "no thanks"), ("en", "No, thank you."), ("cy", "dim diolch"), ("ar", "لا شكراً"),
    ("bn", "না, ধন্যবাদ"), ("pa", "ਨਹੀਂ, ਧੰਨਵਾਦ"), ("pl", "nie, dziękuję"),
    ("pt", "não, obrigada"), ("ro", "nu, mulțumesc"), ("so", "maya, mahadsanid"),
    ("uk", "ні, дякую"), ("ur", "نہیں شکریہ"), ("ur-Latn", "nahi shukriya"), ("zh", "不用，谢谢"),
]  # fmt: skip
_SKIPS = [
    ("en", "skip"), ("cy", "hepgor"), ("ar", "تخطي"), ("bn", "বাদ দিন"), ("pa", "ਛੱਡੋ"),
    ("pl", "pomiń"), ("pt", "saltar"), ("ro", "sari peste"), ("so", "ka bood"),
    ("uk", "пропустити"), ("ur", "چھوڑ دیں"), ("ur-Latn", "chhor do"), ("zh", "跳过"),
]  # fmt: skip


def test_every_language_has_its_no_thanks() -> None:
    assert {language for language, _ in _NO_THANKS} == set(LANGUAGES)
    assert {language for language, _ in _SKIPS} == set(LANGUAGES)


@pytest.mark.parametrize(("language", "said"), [*_NO_THANKS, *_SKIPS, ("en", "no"), ("pl", "nie")])
def test_a_no_leaves_out_choices_that_may_be_left_out(
    talk_with: Start, language: str, said: str
) -> None:
    talk = talk_with()
    talk.say("there is a pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "Bigger than a dustbin lid"):
        asked = talk.say(answer)
    assert "/skip" in asked.payloads and "On the path" in asked.titles
    talk.language = language
    talk.say(said, "thanks")
    given = talk.slots["task"]["given"]
    assert given["attribute_position"] == {"value": None, "shown": ""}


def test_choices_that_are_needed_are_not_left_out(talk: Talk) -> None:
    talk.say("there is a pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4"):
        talk.say(answer)
    assert talk.say("no thanks").keys[0] == "invalid_option"


@pytest.mark.parametrize(("language", "said"), [*_NO_THANKS, *_SKIPS])
def test_a_no_thanks_leaves_out_a_councils_own_question(
    talk_with: Start, language: str, said: str
) -> None:
    talk = talk_with()
    assert "/skip" in talk.say("an allotment", "service_allotment").payloads
    talk.language = language
    talk.say(said, "thanks")
    assert talk.slots["task"]["given"]["attribute_site"] == {"value": None, "shown": ""}


@pytest.mark.parametrize("said", ["no", "No idea, thanks to the fog", "no thanks to the bin men"])
def test_words_that_may_answer_a_councils_own_question_are_its_answer(
    talk: Talk, said: str
) -> None:
    talk.say("an allotment", "service_allotment")
    talk.say(said)
    assert talk.slots["task"]["given"]["attribute_site"]["value"] == said


@pytest.mark.parametrize(("language", "said"), [("en", "no"), ("en", "/deny"), ("pl", "nie")])
def test_a_no_that_is_one_of_the_choices_is_chosen(
    talk_with: Start, language: str, said: str
) -> None:
    talk = talk_with()
    talk.say("there is a pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "Bigger than a dustbin lid"):
        talk.say(answer)
    for question in talk.slots["task"]["questions"]:
        if question["code"] == "attribute_position":
            question["options"] = [["y", "Yes"], ["n", "No"]]
    talk.language = language
    talk.say(said)
    assert talk.slots["task"]["given"]["attribute_position"]["value"] == "n"
