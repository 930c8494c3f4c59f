"""The one form engine: asks, reads answers, goes back, corrects, reviews. A pure state machine.

A form is a frozen value that fits in a Rasa slot as JSON. ``begin`` and ``take`` give a
``Step``: the next form and what to say about it. A step is always a question, the review, or
an end (``confirmed``, ``cancelled``); there is no other way out, whatever the citizen types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from actions.questions import (
    Question,
    Read,
    Unread,
    find_postcode,
    question_from_json,
    read_answer,
    read_said,
    read_yes_no,
)
from bot.phrases import normalise

VERSION = 1
REVIEW, WHICH, END = ":review", ":which", ":end"
"""Where a form can be besides at a question: the check before sending, "which one shall we
change?", and done."""
CHANGE = "change"
CANCEL = "cancel"
"""The question whether something is to be cancelled. There the word "cancel" is no way out of the
form: whoever says it would believe that it is cancelled."""


@dataclass(frozen=True)
class Given:
    """An answer as kept: ``value`` is what is sent (None when skipped), ``shown`` what is read
    back."""

    value: Any = None
    shown: str = ""


@dataclass(frozen=True)
class Form:
    """A form under way.

    ``at`` is the code of the question being asked, or REVIEW, WHICH or END. ``reviewed`` is
    whether the answers are read back before they are used. ``changing`` is true while one
    answer is being mended or is to be. ``pending`` is a correction that waits to hear which
    answer it mends. ``notes`` are the task's own JSON-safe findings, ``offer`` a switch on offer.
    """

    task: str
    id: str
    questions: tuple[Question, ...] = ()
    given: Mapping[str, Given] = field(default_factory=dict)
    at: str = END
    service: str = ""
    reviewed: bool = True
    changing: bool = False
    pending: str = ""
    tries: int = 0
    notes: Mapping[str, Any] = field(default_factory=dict)
    offer: Mapping[str, str] | None = None

    @property
    def question(self) -> Question | None:
        """The question being asked, if one is."""
        return next((q for q in self.questions if q.code == self.at), None)

    def value(self, code: str) -> Any:
        """The answer to a question, or None."""
        return self.given[code].value if code in self.given else None

    def shown(self, code: str) -> str:
        """The answer as people read it, or an empty text."""
        return self.given[code].shown if code in self.given else ""

    def as_json(self) -> dict[str, Any]:
        """A JSON object for the slot; ``form_from_json`` reads it back."""
        return {
            **vars(self),
            "version": VERSION,
            "questions": [question.as_json() for question in self.questions],
            "given": {code: vars(given) for code, given in self.given.items()},
            "notes": dict(self.notes),
            "offer": dict(self.offer) if self.offer else None,
        }


@dataclass(frozen=True)
class Step:
    """What to say next: ``ask``, ``review``, ``which`` or an end, ``confirmed``/``cancelled``.

    ``problem`` is the catalogue key that says why the last answer could not be used;
    ``answered`` the code of the question just answered.
    """

    form: Form
    kind: str
    problem: str | None = None
    answered: str | None = None

    @property
    def is_end(self) -> bool:
        """Whether the form is done with."""
        return self.kind in {"confirmed", "cancelled"}


def form_from_json(data: Mapping[str, Any] | None) -> Form | None:
    """Read ``Form.as_json``'s object; None for another version or anything misshapen."""
    if not data or data.get("version") != VERSION:
        return None
    try:
        parts = {name: value for name, value in data.items() if name != "version"}
        parts["questions"] = tuple(question_from_json(q) for q in data["questions"])
        parts["given"] = {code: Given(**given) for code, given in data["given"].items()}
        form = Form(**parts)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return form if form.question or form.at in {REVIEW, WHICH, END} else None


def begin(form: Form, known: Mapping[str, Given] | None = None) -> Step:
    """The first question that ``known`` does not answer."""
    codes = {question.code for question in form.questions}
    given = {code: value for code, value in (known or {}).items() if code in codes}
    return forward(replace(form, given={**form.given, **given}))


def forward(form: Form, answered: str | None = None) -> Step:
    """Go on to the first question without an answer, then to the review, then to the end."""
    waiting = next((q.code for q in form.questions if q.code not in form.given), None)
    form = replace(form, pending="", tries=0, offer=None)
    if waiting is not None:
        return Step(replace(form, at=waiting), "ask", answered=answered)
    if form.reviewed:
        return Step(replace(form, at=REVIEW, changing=False), "review", answered=answered)
    return Step(replace(form, at=END, changing=False), "confirmed", answered=answered)


def reopen(form: Form, code: str, problem: str | None = None) -> Step:
    """Ask a question again, its answer taken back."""
    given = {other: value for other, value in form.given.items() if other != code}
    reopened = replace(form, given=given, at=code, tries=form.tries + (1 if problem else 0))
    return Step(reopened, "ask", problem)


def insert(form: Form, after: str, questions: tuple[Question, ...]) -> Form:
    """The form with more questions right after one of its own; those it has are replaced."""
    new = {question.code for question in questions}
    kept = [question for question in form.questions if question.code not in new]
    place = next((n for n, q in enumerate(kept, start=1) if q.code == after), len(kept))
    return replace(form, questions=(*kept[:place], *questions, *kept[place:]))


def drop(form: Form, *codes: str) -> Form:
    """The form without some questions and their answers."""
    return replace(
        form,
        questions=tuple(q for q in form.questions if q.code not in codes),
        given={code: value for code, value in form.given.items() if code not in codes},
    )


def drop_after(form: Form, code: str) -> Form:
    """The form without the questions that follow ``code``, which another answer to it added, and
    without their answers."""
    codes = [question.code for question in form.questions]
    return drop(form, *codes[codes.index(code) + 1 :]) if code in codes else form


def put(form: Form, code: str, given: Given) -> Form:
    """The form with an answer that was found rather than asked for."""
    return replace(form, given={**form.given, code: given})


def take(
    form: Form, text: str, control: str | None, today: date, named: tuple[str, ...] = ()
) -> Step:
    """What the citizen's ``text`` does to the form.

    ``control`` is what the text says in plain words, as ``actions.controls`` reads it, if it
    says anything of the kind; CHANGE where it says that an answer is to be changed. ``named``
    are the codes of the questions that it names. Never raises on any text.
    """
    if control == "cancel" and form.at == CANCEL and not text.startswith("/"):
        return Step(replace(form, tries=form.tries + 1), "ask", "invalid_yes_no")
    if control == "cancel":
        return Step(replace(form, at=END), "cancelled")
    if control in {"repeat", "help"}:
        return _again(form, "form_help" if control == "help" else None)
    if control == "back":
        return _back(form)
    if form.at == REVIEW:
        return _at_review(form, text, control, today, named)
    if form.at == WHICH:
        return _at_which(form, text, control, today, named)
    if form.question is None:
        return forward(form)
    return _at_question(form, form.question, text, control, today)


def fits(form: Form, text: str, control: str | None, today: date) -> bool:
    """Whether ``text`` is plainly meant for the form: one of the choices, a postcode, a number,
    or a word that steers it."""
    if control in _STEERS:
        return True
    if form.at in {REVIEW, WHICH}:
        return _yes_no(text, control) is not None or _numbered(form, text) is not None
    question = form.question
    if question is None or question.datatype in {"string", "text", "place"}:
        return question is not None and question.datatype == "place" and bool(find_postcode(text))
    return isinstance(read_said(question, text, control, today), Read)


_STEERS = frozenset({"skip", "back", "repeat", "cancel"})


def _yes_no(text: str, control: str | None) -> str | None:
    return control if control in {"yes", "no"} else read_yes_no(text)


def _again(form: Form, problem: str | None = None) -> Step:
    kinds = {REVIEW: "review", WHICH: "which", END: "confirmed"}
    return Step(form, kinds.get(form.at, "ask"), problem)


def _unread(form: Form, problem: str) -> Step:
    """The same once more, and one try more that could not be used: who is stuck gets a person."""
    return _again(replace(form, tries=form.tries + 1), problem)


def _at_question(
    form: Form, question: Question, text: str, control: str | None, today: date
) -> Step:
    if control == "skip":
        return _skip(form, question)
    read = read_said(question, text, control, today)
    if isinstance(read, Unread):
        return Step(replace(form, tries=form.tries + 1), "ask", read.why)
    return forward(put(form, question.code, Given(read.value, read.shown)), question.code)


def _skip(form: Form, question: Question) -> Step:
    if question.required:
        return Step(replace(form, tries=form.tries + 1), "ask", "invalid_needed")
    return forward(put(form, question.code, Given()), question.code)


def _back(form: Form) -> Step:
    """To the last question that was answered by the citizen; a form at its start stays there."""
    if form.at == WHICH:
        return _to_review(form)
    codes = [question.code for question in form.questions]
    here = codes.index(form.at) if form.at in codes else len(codes)
    before = [code for code in codes[:here] if code in form.given]
    if not before:
        return _again(form, "form_at_start")
    return reopen(form, before[-1])


def _at_review(
    form: Form, text: str, control: str | None, today: date, named: tuple[str, ...]
) -> Step:
    said = _yes_no(text, control)
    if said == "yes":
        return Step(replace(form, at=END), "confirmed")
    if said == "no" or control == "skip":
        return _which(form)
    number = _numbered(form, text)
    if number is not None:
        return _change(form, form.questions[number].code)
    return _correct(form, text, today, named, wish=control == CHANGE)


def _which(form: Form, pending: str = "") -> Step:
    """Something is to be changed: ask what. ``pending``: to what, if that was said."""
    problem = "correction_which" if pending else None
    return Step(replace(form, at=WHICH, changing=True, pending=pending), "which", problem)


def _correct(form: Form, text: str, today: date, named: tuple[str, ...], *, wish: bool) -> Step:
    """Mend the one answer that the text can only be meant for; else ask for the one it names,
    or which. The words of a wish ("the road is wrong") are no answer themselves."""
    correction = _without_no(text)
    fitting = [q for q in form.questions if _plainly_answers(form, q, correction, today, wish)]
    if len(fitting) == 1:
        return _mend(form, fitting[0], correction, today)
    # "near the church" begins with the name of a question, and answers it
    named = named if wish else tuple(code for code in named if code not in _ADDRESSES)
    if len(named) == 1:
        return _change(form, named[0])
    if wish:
        return _which(form)
    if correction and (fitting or _CORRECTS.match(text)):
        return _which(form, correction)
    return _unclear(form)


def _unclear(form: Form) -> Step:
    """Neither a yes nor a change: say what would be, and offer the answers to choose from."""
    form = replace(form, at=WHICH, changing=False, pending="", tries=form.tries + 1)
    return Step(form, "which", "invalid_review")


def _mend(form: Form, question: Question, text: str, today: date) -> Step:
    read = read_answer(question, text, today)
    if isinstance(read, Unread):
        return reopen(replace(form, changing=True, pending=""), question.code, read.why)
    return forward(put(form, question.code, Given(read.value, read.shown)), question.code)


def _at_which(
    form: Form, text: str, control: str | None, today: date, named: tuple[str, ...]
) -> Step:
    said = _yes_no(text, control)
    if control == "skip" or said == "no":
        return _to_review(form) if form.changing else _which(form)
    if said == "yes":
        return _yes_at_which(form)
    number = _numbered(form, text)
    if number is not None:
        named = (form.questions[number].code,)
    if len(named) != 1:
        return _unread(form, "invalid_which")
    question = next(q for q in form.questions if q.code == named[0])
    if form.pending:
        return _mend(form, question, form.pending, today)
    return _change(form, question.code)


def _yes_at_which(form: Form) -> Step:
    """Whoever asked for a change is read everything once more, for it has not been made; from
    anybody else the yes is the one that we did not understand before."""
    if form.changing:
        return _to_review(replace(form, tries=form.tries + 1))
    return Step(replace(form, at=END), "confirmed")


def _to_review(form: Form) -> Step:
    return Step(replace(form, at=REVIEW, changing=False, pending=""), "review")


def _change(form: Form, code: str) -> Step:
    return reopen(replace(form, changing=True, pending="", tries=0), code)


def _numbered(form: Form, text: str) -> int | None:
    """The index of the answer that "2" or "change 2" names, as numbered at the review."""
    found = re.fullmatch(r"(?:no |na )?(?:change |newid )?(\d{1,2})", normalise(text))
    number = int(found[1]) if found else 0
    return number - 1 if 1 <= number <= len(form.questions) else None


_CORRECTS = re.compile(
    r"\s*(?:(?:no|nope|nah|na|nage|sorry|actually|wrong|i meant|yes,? but|ie,? ond)\b|"
    r"(?:nie|nu|não|لا|না|ਨਹੀਂ|ਨਾ|maya|ні|نہیں|nahi|nahin|不|不是|不对|tak,? ale|da,? dar|sim,? mas)"
    r"\s*[,.:;،，。-])[\s,.:;،，。-]*",
    re.IGNORECASE,
)
"""How a correction begins. What may be a name or another word begins one only before a comma."""
_ITS = re.compile(r"\s*it['’]?s\b[\s,.:;-]*", re.IGNORECASE)


def _without_no(text: str) -> str:
    return _ITS.sub("", _CORRECTS.sub("", text, count=1), count=1).strip()


def _plainly_answers(form: Form, question: Question, text: str, today: date, wish: bool) -> bool:
    """Whether a correction may be meant for this question: it looks like its kind of answer. In
    a ``wish`` only what is read out of its words does, for the words themselves are none."""
    if question.datatype in {"singlevaluelist", "multivaluelist", "phone", "datetime"}:
        return isinstance(read_answer(question, text, today), Read)
    if wish:
        return False
    if question.datatype in {"postcode", "place"} and find_postcode(text):
        return True
    in_words = next((code for code in _ADDRESSES if code in form.given), None)
    return question.code == in_words and bool(_HOUSE.search(normalise(text)))


_ADDRESSES = ("spot", "address", "where")
"""Where a house number or a road belongs, the closest first."""
_HOUSE = re.compile(
    r"^(?:outside |near |by |tu allan i )?(?:number |no |rhif |house )?\d{1,4}[a-z]?\b|"
    r"\b(?:road|street|lane|avenue|close|drive|way|heol|stryd|ffordd|lon)\b"
)
