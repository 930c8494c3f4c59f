"""Hear several answers in one message, so that what has been said need not be said again.

Only what is plain is taken: an option named in full where no other is, a phone number, a link to
a photo, a point on the map. Everything heard is said back at once and stands in the review.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.form import Form, Given
from actions.map_point import find_point
from actions.questions import Question, Read, read_answer
from bot.folding import fold
from bot.phrases import normalise

MOST_PHOTOS = 3
_LINK = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]", re.IGNORECASE)
PHONE = re.compile(
    r"(?:(?<!\d)\+\d|(?<![\w.,/-])(?:00\d|0))(?:[\s()-]{0,2}\d){9,13}(?![\d/]|[.,-]\d)"
)
"""A phone number that nobody asked for shows by how it begins: ten figures without 0, 00 or +
before them may be an account's, and would be called."""
_CHOICES = {"singlevaluelist", "multivaluelist"}
_OWN_WORDS = {"string", "text", "place"}
_SHORTEST_NAME = 5
"""Letters; a shorter option ("off", "dog") may be meant otherwise in a longer text."""


def hear_more(form: Form, text: str, address: str = "") -> Form:
    """The form with every answer that ``text`` plainly gives to a question not yet answered.

    ``address`` is what it names as one, if it is to be kept: with the first question for one.
    """
    given = dict(form.given)
    for question in form.questions:
        if question.code in given:
            continue
        heard = _heard(question, text)
        if heard:
            given[question.code] = heard
    asks = address_question(replace(form, given=given)) if address else None
    if asks:
        given[asks.code] = Given(address, address)
    photos = find_photos(text)
    notes = dict(form.notes)
    if photos:
        notes["photos"] = list(dict.fromkeys([*notes.get("photos", []), *photos]))[:MOST_PHOTOS]
    return replace(form, given=given, notes=notes)


def answers_another(form: Form, text: str) -> bool:
    """Whether ``text`` is, word for word, an option of another question without an answer, and is
    heard as that, while one in the citizen's own words is asked: "bigger than a dustbin lid" is no
    place. What would not be noted there is not kept from here, or it would be asked for ever."""
    asked = form.question
    if asked is None or asked.options or asked.datatype not in _OWN_WORDS:
        return False
    said = normalise(text)
    return any(
        said == normalise(name)
        for question in form.questions
        if question.code not in form.given and question.options and _heard(question, text)
        for _, name in question.options
    )


def address_question(form: Form) -> Question | None:
    """The first question without an answer that asks for a postal address."""
    return next((q for q in form.questions if q.code not in form.given and _asks_address(q)), None)


def address_questions(form: Form) -> int:
    """How many questions ask for a postal address: a move has two."""
    return sum(map(_asks_address, form.questions))


def _asks_address(question: Question) -> bool:
    return question.datatype in {"string", "text"} and question.code.endswith("address")


def find_photos(text: str) -> tuple[str, ...]:
    """Links in a text but for a map's; Fairway only passes them on, and never opens one."""
    links = (found[0][:500] for found in _LINK.finditer(text))
    return tuple(link for link in links if not find_point(link))[:MOST_PHOTOS]


def _heard(question: Question, text: str) -> Given | None:
    if question.datatype == "phone":
        return _phone(question, text)
    if question.datatype in _CHOICES and question.code.startswith("attribute_"):
        return _option(question, text)
    return None


def _phone(question: Question, text: str) -> Given | None:
    for found in PHONE.finditer(_LINK.sub(" ", fold(text))):
        read = _read(question, found[0])
        if read:
            return read
    return None


def _option(question: Question, text: str) -> Given | None:
    said = f" {normalise(_LINK.sub(' ', text))} "
    named = [
        (value, name)
        for value, name in question.options
        if len(normalise(name)) >= _SHORTEST_NAME and f" {normalise(name)} " in said
    ]
    if len(named) != 1:
        return None
    value, name = named[0]
    return Given([value] if question.datatype == "multivaluelist" else value, name)


def _read(question: Question, text: str) -> Given | None:
    read = read_answer(question, text, date.min)  # no date is asked for here
    return Given(read.value, read.shown) if isinstance(read, Read) else None
