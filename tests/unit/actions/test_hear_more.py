"""Several answers in one message, photos and points: heard, said back, and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.form import Form
from actions.hear_more import answers_another, find_photos, hear_more
from actions.map_point import find_point
from actions.questions import Question
from tests.unit.actions.driver import POSTCODE, Talk

Start = Callable[..., Talk]
SIZES = (("small", "Smaller than a dinner plate"), ("large", "Bigger than a dustbin lid"))
FORM = Form(
    "t",
    "1",
    (
        Question("attribute_size", "singlevaluelist", text="How big?", options=SIZES),
        Question("attribute_where", "multivaluelist", options=(("path", "On the path"),)),
        Question("phone", "phone"),
        Question("name", "string"),
    ),
    at="name",
)


def heard(text: str) -> dict[str, object]:
    return {code: given.value for code, given in hear_more(FORM, text).given.items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("it is bigger than a dustbin lid", {"attribute_size": "large"}),
        ("On the path, smaller than a dinner plate!", {"attribute_size": "small"}
         | {"attribute_where": ["path"]}),
        ("ring me on 07700 900123 after six", {"phone": "+447700900123"}),
        ("+44 7700 900-123", {"phone": "+447700900123"}),
        ("ring 0044 7700 900123.", {"phone": "+447700900123"}),
        ("call+447700900123", {"phone": "+447700900123"}),
        ("آن ۰۷۷۰۰۹۰۰۱۲۳", {"phone": "+447700900123"}),
        ("电话07700900123", {"phone": "+447700900123"}),
        # Ten figures that nobody asked for may be anything.
        ("my council tax account number is 7012345678", {}),
        ("account 701 234 5678", {}),
        ("CT0112345678", {}),
        # Neither one nor the other is plain.
        ("bigger than a dustbin lid or smaller than a dinner plate", {}),
        ("reference 1234567", {}),
        ("52.7107123, -2.7509123", {}),
        ("https://photos.example/07700900123.jpg", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_only_what_is_plain_is_taken(text: str, said: dict[str, object]) -> None:
    assert heard(text) == said


def test_an_answer_that_was_given_is_not_overwritten() -> None:
    once = hear_more(FORM, "bigger than a dustbin lid")
    assert hear_more(once, "smaller than a dinner plate").value("attribute_size") == "large"


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("52.7107, -2.7509", (52.7107, -2.7509)),
        ("my location: 52.7107 -2.7509 thanks", (52.7107, -2.7509)),
        ("https://maps.google.com/?q=52.7107,-2.7509", (52.7107, -2.7509)),
        ("https://www.google.com/maps/@52.7107,-2.7509,17z", (52.7107, -2.7509)),
        ("40.7128, -74.0060", None),
        ("52.7, -2.7", None),
        ("£12.50 and 3.999", None),
    ],
)
def test_a_point_is_read_where_it_can_be_true(text: str, point: tuple[float, float] | None) -> None:
    assert find_point(text) == point


@given(st.text(max_size=300))
def test_any_text_is_heard_or_not(text: str) -> None:
    form = hear_more(FORM, text)
    assert form.at == FORM.at and set(form.given) <= {q.code for q in FORM.questions}
    assert all(link.lower().startswith("http") for link in find_photos(text))
    find_point(text)


def test_what_is_said_at_once_is_not_asked_again(talk: Talk) -> None:
    first = talk.say(
        f"huge pothole on the path at {POSTCODE}, bigger than a dustbin lid, ring 07700 900123",
        "service_pothole",
    )
    assert "heard_also" in first.keys and first.keys[-1] == "ask_spot"
    assert "Bigger than a dustbin lid" in first.text and "07700 900123" in first.text
    asked = [talk.say(answer).keys for answer in ("by the library", "skip", "Ann")]
    assert asked == [["ask_council_question"], ["ask_name"], ["form_review"]]
    talk.say("yes")
    [held] = talk.council("GET", "/open311/v2/requests.json?extensions=true")
    assert held["extended_attributes"]["size"] == "large"
    assert talk.slots["known"]["phone"]["value"] == "+447700900123"


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "bigger than a dustbin lid", "Bigger than a dustbin lid"),
        ("cy", "Mwy na chaead bin.", "Mwy na chaead bin"),
    ],
)
def test_an_option_of_another_question_is_no_place(
    talk_with: Start, language: str, said: str, shown: str
) -> None:
    talk = talk_with(language=language)
    talk.say("pothole", "service_pothole")
    noted = talk.say(said)
    assert noted.keys == ["heard_also", "ask_where"] and shown in noted.text
    assert "where" not in talk.slots["task"]["given"]
    assert [talk.say(answer).keys for answer in (POSTCODE, "by the library")] == [
        ["ask_spot"], ["ask_council_question"],
    ]  # fmt: skip
    assert talk.slots["task"]["given"]["attribute_size"]["shown"] == shown


def test_only_an_option_in_full_and_of_a_question_without_an_answer_is_anothers() -> None:
    assert answers_another(FORM, "Bigger than a dustbin lid!")
    assert not answers_another(FORM, "a hole bigger than a dustbin lid")
    assert not answers_another(hear_more(FORM, "bigger than a dustbin lid"), SIZES[0][1])
    assert not answers_another(replace(FORM, at="attribute_where"), SIZES[0][1])


def test_what_would_not_be_noted_is_not_kept_from_the_question_asked() -> None:
    paths = (("path", "Footpath"), ("both", "Footpath or verge"))
    form = replace(FORM, questions=(Question("attribute_on", "singlevaluelist", options=paths),
                                    Question("name", "string")))  # fmt: skip
    assert answers_another(form, "Footpath")
    assert hear_more(form, "Footpath or verge") == form
    assert not answers_another(form, "Footpath or verge")


def test_a_photo_and_a_point_reach_the_council(talk: Talk) -> None:
    talk.say("pothole", "service_pothole")
    sent = talk.say("https://maps.example/?q=52.7107,-2.7509")
    assert sent.keys == ["ask_council_question"]
    for answer in ("small", "skip", "see https://photos.example/a.jpg.", "skip", "skip", "yes"):
        done = talk.say(answer)
    assert done.of("case")
    [held] = talk.requests()
    assert (held["lat"], held["long"]) == (52.7107, -2.7509)
    assert held["media_url"] == "https://photos.example/a.jpg"


def test_a_shared_point_is_a_place(talk: Talk) -> None:
    talk.say("pothole", "service_pothole")
    assert talk.say("52.7107, -2.7509").keys == ["ask_council_question"]
