"""A length answers "how big is it?" where the choices name lengths, and is never guessed at."""

from __future__ import annotations

from datetime import date

import pytest

from actions.lengths import Length, read_length
from actions.questions import Question, Read, Unread, read_answer
from tests.unit.actions.driver import POSTCODE, Talk

_SPANS = (("s", "Less than 30 cm"), ("m", "30 to 60cm"), ("l", "More than 60 cm"))
_WIDE = Question("size", "singlevaluelist", text="How wide is it?", options=_SPANS)
_DEEP = Question("depth", "singlevaluelist", text="How deep is it?", options=_SPANS)


@pytest.mark.parametrize(
    ("said", "centimetres"),
    [
        ("40 cm", 40), ("40cm", 40), ("about 40 centimetres", 40), ("half a metre", 50),
        ("It's roughly 1.5 m wide", 150), ("16 inches", 40.64), ('16"', 40.64), ("a foot", 30.48),
        ("400mm", 40), ("tua 40 centimetr", 40), ("około 40 cm", 40), ("40 см", 40),
        ("٤٠ سم", 40), ("40 سینٹی میٹر", 40), ("৪০ সেমি", 40), ("40 ਸੈਂਟੀਮੀਟਰ", 40), ("40厘米", 40),
        ("40 centímetros", 40), ("2 metri", 200), ("0,5 m", 50),
    ],
)  # fmt: skip
def test_a_length_is_read(said: str, centimetres: float) -> None:
    assert read_length(said) == Length(pytest.approx(centimetres))


@pytest.mark.parametrize(
    "said",
    ["40", "40 pounds", "number 40 in the lane", "big", "40 cm from the kerb", "m", ""],
)
def test_other_words_are_no_length(said: str) -> None:
    assert read_length(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [("20 cm", "s"), ("about 40 centimetres", "m"), ("half a metre", "m"), ("16 inches", "m"),
     ("2 feet across", "l"), ("1 m", "l")],
)  # fmt: skip
def test_it_chooses_the_answer_whose_span_it_is_in(said: str, value: str) -> None:
    read = read_answer(_WIDE, said, date.min)
    assert isinstance(read, Read) and read.value == value


@pytest.mark.parametrize(
    ("question", "said"), [(_WIDE, "30 cm"), (_WIDE, "20 cm deep"), (_DEEP, "40 cm wide")]
)
def test_what_may_be_two_answers_or_another_way_of_measuring_is_asked_again(
    question: Question, said: str
) -> None:
    assert read_answer(question, said, date.min) == Unread("invalid_length")


def test_a_depth_answers_a_question_about_depth() -> None:
    assert read_answer(_DEEP, "40 cm deep", date.min) == Read("m", "30 to 60cm")


@pytest.mark.parametrize("said", ["40 cm", "about 40 centimetres", "half a metre", "20 cm deep"])
def test_choices_that_name_no_length_are_not_guessed_at(talk: Talk, said: str) -> None:
    talk.say("there is a pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4"):
        talk.say(answer)
    again = talk.say(said)
    assert again.keys == ["invalid_length", "ask_council_question"]
    assert "Bigger than a dustbin lid" in again.titles
    assert "attribute_size" not in talk.slots["task"]["given"]
