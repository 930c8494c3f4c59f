"""The form engine: no sequence of texts breaks it, and it always asks or ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.controls import read_control
from actions.form import (
    END,
    REVIEW,
    WHICH,
    Form,
    Given,
    Step,
    begin,
    drop,
    fits,
    form_from_json,
    insert,
    put,
    take,
)
from actions.questions import (
    Question,
    Read,
    Unread,
    find_option,
    find_postcode,
    read_answer,
    read_date,
    read_yes_no,
)
from bot.safety import shipped_safety_check

TODAY = date(2026, 11, 23)
SIZES = (("small", "Smaller than a plate"), ("large", "Bigger than a plate"))
TYPES = (
    "string",
    "text",
    "number",
    "datetime",
    "singlevaluelist",
    "multivaluelist",
    "phone",
    "postcode",
    "place",
    "yes_no",
    "a type of tomorrow",
)
ANSWERS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "yes",
            "no",
            "1",
            "2",
            "9",
            "back",
            "skip",
            "cancel",
            "help",
            "again",
            "na",
            "ie",
            "/affirm",
            "/deny",
            "/skip",
            "/go_back",
            "/why",
            "SY1.2AS",
            "07700900123",
            "12/11",
            "yesterday",
            "small",
            "/something_else",
            "/human",
        ]
    ),
    st.sampled_from(["no, number 12", "change 2", "small and large", "I don't know", "SY1 2AS"]),
)


@st.composite
def _questions(draw: st.DrawFn) -> tuple[Question, ...]:
    kinds = draw(st.lists(st.sampled_from(TYPES), max_size=6))
    return tuple(
        Question(
            f"q{number}" if number else "spot",
            kind,
            text="?",
            required=draw(st.booleans()),
            options=SIZES if kind.endswith("list") else (),
        )
        for number, kind in enumerate(kinds)
    )


def _form(*questions: Question, reviewed: bool = True) -> Form:
    return Form("t", "f1", questions, reviewed=reviewed)


def _control(text: str, language: str = "en") -> str | None:
    return read_control(text, shipped_safety_check(), language)


def _say(step: Step, *texts: str) -> Step:
    for text in texts:
        step = take(step.form, text, _control(text), TODAY)
    return step


def _check(step: Step) -> None:
    form = step.form
    assert step.kind in {"ask", "review", "which", "confirmed", "cancelled"}
    if step.kind == "ask":
        assert form.question is not None
    if step.kind == "review":
        assert form.at == REVIEW
    if step.kind == "which":
        assert form.at == WHICH
    if step.kind == "confirmed":
        assert all(question.code in form.given for question in form.questions)
    assert form_from_json(json.loads(json.dumps(form.as_json()))) == form


@settings(max_examples=300, deadline=None)
@given(_questions(), st.booleans(), st.lists(ANSWERS, max_size=15))
def test_whatever_is_typed_it_asks_or_ends_and_fits_in_a_slot(
    questions: tuple[Question, ...], reviewed: bool, texts: list[str]
) -> None:
    step = begin(_form(*questions, reviewed=reviewed))
    _check(step)
    for text in texts:
        if step.is_end:
            break
        fits(step.form, text, _control(text), TODAY)
        step = take(step.form, text, _control(text), TODAY)
        _check(step)


@given(st.sampled_from(TYPES), st.text())
def test_reading_never_raises(datatype: str, text: str) -> None:
    question = Question("q", datatype, options=SIZES)
    assert isinstance(read_answer(question, text, TODAY), Read | Unread)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_slot_is_read_or_refused(value: object) -> None:
    for data in ({"version": 1, "questions": value}, {"version": value}, {"at": value}):
        form_from_json(data)


SIZE = Question("size", "singlevaluelist", options=SIZES)
NAME = Question("name", "string", required=False)
SPOT = Question("spot", "string")
PHONE = Question("phone", "phone")


def test_known_answers_are_not_asked() -> None:
    step = begin(_form(NAME, SIZE), {"name": Given("Ann", "Ann"), "other": Given("x", "x")})
    assert step.form.at == "size"
    assert "other" not in step.form.given


def test_only_optional_questions_can_be_skipped() -> None:
    step = begin(_form(SIZE, NAME))
    refused = _say(step, "skip")
    assert (refused.kind, refused.problem) == ("ask", "invalid_needed")
    skipped = _say(refused, "large", "I don't know")
    assert skipped.kind == "review"
    assert skipped.form.value("name") is None
    assert "name" in skipped.form.given


def test_back_goes_to_the_last_answer() -> None:
    step = _say(begin(_form(SIZE, NAME, SPOT)), "large", "Ann")
    assert step.form.at == "spot"
    assert _say(step, "back").form.at == "name"
    assert _say(step, "back", "back").form.at == "size"
    assert _say(step, "back", "back", "back").problem == "form_at_start"


def test_the_review_sends_changes_or_corrects() -> None:
    step = _say(begin(_form(SIZE, SPOT, PHONE)), "large", "number 4", "07700 900123")
    assert step.kind == "review"
    assert _say(step, "yes").kind == "confirmed"
    assert _say(step, "maybe").kind == "which"
    assert _say(step, "no, number 12").form.value("spot") == "number 12"
    assert _say(step, "no, smaller than a plate").form.value("size") == "small"
    assert _say(step, "no 07700 900456").form.value("phone") == "+447700900456"
    changing = _say(step, "2")
    assert changing.form.at == "spot"
    assert _say(changing, "number 6").kind == "review"
    assert _say(step, "no", "no").kind == "review"
    asked = _say(step, "no, Shrewsbury")
    assert (asked.kind, asked.problem) == ("which", "correction_which")
    assert _say(asked, "2").form.value("spot") == "Shrewsbury"
    assert _say(asked, "3").problem == "invalid_phone"


def test_without_review_the_last_answer_ends_it() -> None:
    assert _say(begin(_form(SIZE, reviewed=False)), "1").kind == "confirmed"


def test_cancel_and_repeat() -> None:
    step = begin(_form(SIZE))
    assert _say(step, "stop").kind == "cancelled"
    assert _say(step, "stop").form.at == END
    assert _say(step, "pardon?").form == step.form
    assert _say(step, "help").problem == "form_help"


def test_questions_can_be_put_in_and_taken_out() -> None:
    form = insert(_form(SIZE, NAME), "size", (SPOT,))
    assert [q.code for q in form.questions] == ["size", "spot", "name"]
    form = put(form, "spot", Given("x", "x"))
    assert [q.code for q in drop(form, "spot").questions] == ["size", "name"]
    assert drop(form, "spot").given == {}
    again = insert(form, "name", (replace(SPOT, required=False),))
    assert [q.code for q in again.questions] == ["size", "name", "spot"]


@pytest.mark.parametrize(
    ("datatype", "text", "value"),
    [
        ("number", "about 12 cm", "12"),
        ("number", "£1,200", "1200"),
        ("number", "10,000 pounds a year", "10000"),
        ("number", "£1,234,567.50", "1234567.50"),
        ("number", "1.200,50 zł", "1200.50"),
        ("number", "1.200.000", "1200000"),
        ("number", "£1 200", "1200"),
        ("number", "1\u202f200,50", "1200.50"),
        ("number", "₹1,20,000", "120000"),
        ("number", "١٬٢٠٠", "1200"),
        ("number", "১,২০০", "1200"),
        ("number", "１，２００", "1200"),
        ("number", "12,5 cm", "12.5"),
        ("number", "0.125", "0.125"),
        ("number", "12.50", "12.50"),
        ("datetime", "yesterday", "2026-11-22T12:00:00Z"),
        ("singlevaluelist", "2", "large"),
        ("singlevaluelist", "bigger", "large"),
        ("multivaluelist", "1 and 2", ["small", "large"]),
        ("phone", "07700 900 123", "+447700900123"),
        ("phone", "+48 22 510 0000", "+48225100000"),
        ("postcode", "it's sy12as mate", "SY1 2AS"),
        ("place", "High Street, Ludlow", "High Street, Ludlow"),
        ("yes_no", "aye", "yes"),
        ("yes_no", "nage", "no"),
    ],
)
def test_answers_are_read(datatype: str, text: str, value: object) -> None:
    read = read_answer(Question("q", datatype, options=SIZES), text, TODAY)
    assert isinstance(read, Read)
    assert read.value == value


@pytest.mark.parametrize(
    ("datatype", "text", "why"),
    [
        ("number", "a few", "invalid_number"),
        ("number", "2 or 3", "invalid_number"),
        # A thousand and two hundred, or one and a fifth?
        ("number", "£1.200", "invalid_number"),
        ("number", "1,2,3", "invalid_number"),
        ("number", "2 240 litre bins", "invalid_number"),
        # Figures that are a thousandth of what is meant.
        ("number", "10k", "invalid_number"),
        ("number", "10 thousand", "invalid_number"),
        ("number", "10 tysięcy", "invalid_number"),
        ("number", "10 тисяч", "invalid_number"),
        ("number", "10 ہزار", "invalid_number"),
        ("number", "১০ হাজার", "invalid_number"),
        ("number", "10 ਹਜ਼ਾਰ", "invalid_number"),
        ("number", "10 آلاف", "invalid_number"),
        ("number", "10 ألف", "invalid_number"),
        ("number", "1 mie", "invalid_number"),
        ("number", "1万", "invalid_number"),
        ("datetime", "31/02", "invalid_date"),
        ("singlevaluelist", "plate", "invalid_option"),
        ("singlevaluelist", "7", "invalid_option"),
        ("multivaluelist", "1 and blue", "invalid_options"),
        ("phone", "0123", "invalid_phone"),
        ("postcode", "SY1", "invalid_postcode"),
        ("place", "12", "invalid_place"),
        ("yes_no", "perhaps", "invalid_yes_no"),
        ("string", "x" * 121, "invalid_too_long"),
        ("text", "  ", "invalid_empty"),
    ],
)
def test_what_cannot_be_used_says_why(datatype: str, text: str, why: str) -> None:
    assert read_answer(Question("q", datatype, options=SIZES), text, TODAY) == Unread(why)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/4", date(2027, 4, 3)),  # the nearest one
        ("03.04.25", date(2025, 4, 3)),
        ("2026-01-31", date(2026, 1, 31)),
        ("on the 3rd of May", date(2027, 5, 3)),
        ("5 January", date(2027, 1, 5)),
        ("5 Ionawr", date(2027, 1, 5)),
        ("12 June", date(2026, 6, 12)),
        ("since 5 January", date(2026, 1, 5)),
        ("last 5/1", date(2026, 1, 5)),
        ("ers 5 Ionawr", date(2026, 1, 5)),
        ("30 February", None),
        ("12 Tachwedd", date(2026, 11, 12)),
        ("ddoe", date(2026, 11, 22)),
        ("soon", None),
        ("1 May 2000", date(2000, 5, 1)),
        ("5 May 1999", date(1999, 5, 5)),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_date(text, TODAY) == day


def test_a_day_of_the_year_before() -> None:
    new_year = date(2027, 1, 2)
    assert read_date("25 December", new_year) == date(2026, 12, 25)
    assert read_date("25/12", new_year) == date(2026, 12, 25)
    assert read_date("29 February", date(2027, 12, 1)) == date(2028, 2, 29)
    assert read_date("1 May", date.max) == date(9999, 5, 1)
    assert read_date("1 May", date.min) == date(1, 5, 1)


def test_a_question_about_what_was_takes_the_last_such_day() -> None:
    since = Question("attribute_since", "datetime", text="Since when?")
    read = read_answer(since, "5 January", TODAY)
    assert read == Read("2026-01-05T12:00:00Z", "05/01/2026")


def test_small_readers() -> None:
    assert find_postcode("near SY11 2BB or so") == "SY11 2BB"
    assert find_postcode("no code") is None
    assert find_postcode("on the A49 1st lamp post") is None
    assert find_postcode("A5 4th gate on the left, SY1 2AS") == "SY1 2AS"
    assert find_postcode("M6 1st junction") is None
    assert find_postcode("outside no4 2nd house") is None
    assert find_postcode("ST4 1KM") is None
    assert find_postcode("it is st4 1st thanks") == "ST4 1ST"
    assert find_postcode("M6 1ST") == "M6 1ST"
    assert find_postcode("SW1A 1AA") == "SW1A 1AA"
    assert read_yes_no("Yes please!") == "yes"
    assert read_yes_no("yes and no") is None
    assert find_option(SIZES, "") is None
    assert _control("Dim syniad") == "skip"
    assert _control("/affirm") == "yes"
    assert _control("the back lane") is None


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("haan ji", "ur-Latn", "yes"),
        ("نعم", "ar", "yes"),
        ("ні", "uk", "no"),
        ("না", "bn", "no"),
        ("ਹਾਂ", "pa", "yes"),
        ("ka bood", "so", "skip"),
        ("واپس", "ur", "back"),
        ("no", "so", "no"),
        ("skip", "ar", "skip"),  # English is understood in every language
        ("no", "en", "no"),
        ("نعم", "en", "yes"),  # and every language in English
        ("shalay", "so", "yesterday"),
    ],
)
def test_plain_words_are_read_in_every_language(text: str, language: str, said: str) -> None:
    assert _control(text, language) == said


# Names and places that resemble a short word of some language.
NAMES = [
    "Bas", "Han", "Jana", "Dale", "Daley", "Marta", "Mark", "Noor", "Sana", "Tak", "Dave", "Haya",
    "Maya", "Jee", "Lee", "May", "Dina", "Dan", "Don", "Tim", "Li", "Chen", "Singh", "Kaur", "Ali",
    "Abdi", "Fatima", "Ioana", "Olena", "Kowalski", "Nowak", "Silva", "Popescu", "Hussain",
    "Walter", "Voltar", "Beck", "Back-Smith", "Dib", "Sari", "Nora", "Castle Street", "Mill Lane",
    "the square", "by the library", "next to the park", "outside the shop", "it is deep",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_in_english_never_steers_the_form(name: str) -> None:
    control = _control(name)
    assert control in {None, "yes", "no", "today", "yesterday"}  # of no weight where a name is due
    step = begin(_form(Question("name", "string", text="?")))
    assert take(step.form, name, control, TODAY).form.value("name") == name


def test_an_answer_in_plain_words_counts_where_it_can() -> None:
    wanted = begin(_form(Question("w", "yes_no", text="?"), reviewed=False))
    assert take(wanted.form, "نعم", _control("نعم", "ar"), TODAY).form.value("w") == "yes"
    day = begin(_form(Question("d", "datetime", text="?"), reviewed=False))
    yesterday = take(day.form, "вчора", _control("вчора", "uk"), TODAY)
    assert yesterday.form.shown("d") == "22/11/2026"
    name = begin(_form(Question("n", "string", text="?"), reviewed=False))
    assert take(name.form, "haan", _control("haan", "ur-Latn"), TODAY).form.value("n") == "haan"
    many = begin(_form(Question("m", "multivaluelist", text="?", options=SIZES), reviewed=False))
    both = "، ".join(title for _, title in SIZES[:2])
    assert take(many.form, both, None, TODAY).form.value("m") == [v for v, _ in SIZES[:2]]
    number = begin(_form(Question("k", "number", text="?"), reviewed=False))
    assert take(number.form, "٣", None, TODAY).form.value("k") == "3"
