"""Put a form's step into words: the question, its choices, the review, the agent's summary."""

from __future__ import annotations

from actions.answer import Answer, Say
from actions.form import Form, Step
from actions.questions import Question
from actions.tasks import yes_no
from actions.words import BACK, NO, SKIP, SOMETHING_ELSE, YES, Words
from bot.message import Button
from bot.phrases import normalise

STUCK_AFTER = 3
"""Answers that could not be used, in a row, before a person is offered in so many words."""

_CHOSEN = {"singlevaluelist", "multivaluelist", "yes_no"}


def render(step: Step, words: Words, problem: Say | None = None) -> Answer:
    """What to say for a step that is not an end."""
    answer = _problem(step, problem)
    if step.kind == "review":
        return answer.then(_review(step.form, words))
    if step.kind == "which":
        return answer.then(_which(step.form, words))
    question = step.form.question
    assert question is not None  # the engine asks nothing else
    return answer.then(_ask(question, words))


def label(question: Question, words: Words) -> str:
    """A question's short name, for the review and the agent."""
    return words.maybe(f"label_{question.code}", question.text or question.code)


def _lang_of_label(question: Question, words: Words) -> str:
    key = f"label_{question.code}"
    return words.lang_of(key) if words.replies.has(key) else question.lang


def asked(question: Question, words: Words) -> str:
    """The same before its answer: with a colon, unless it is a question."""
    name = label(question, words)
    return name if name.endswith("?") else f"{name}:"


def named(form: Form, words: Words, text: str) -> tuple[str, ...]:
    """The codes of the questions whose short name is in ``text``."""
    said = f" {normalise(text)} "
    names = {q.code: normalise(label(q, words)) for q in form.questions}
    return tuple(code for code, name in names.items() if name and f" {name} " in said)


def summary(form: Form, words: Words) -> dict[str, str]:
    """Everything the citizen answered, as an agent reads it: label (in English) → answer."""
    words = Words(words.replies, "en")
    return {
        label(question, words): form.shown(question.code)
        for question in form.questions
        if form.shown(question.code)
    }


def _problem(step: Step, problem: Say | None) -> Answer:
    answer = Answer()
    if problem is not None:
        answer = Answer((problem,))
    elif step.problem:
        answer = answer.say(step.problem, pending=step.form.pending)
    return answer.say("form_stuck") if step.form.tries >= STUCK_AFTER else answer


def _ask(question: Question, words: Words) -> Answer:
    optional = () if question.required else (words.button("button_skip", SKIP),)
    key = question.key or "ask_council_question"
    in_full = f"{question.text} {question.values.get('hint', '')}".strip()
    values = {"question": in_full, **question.values}
    buttons = (*_choices(question, words), *optional)
    lang = "" if question.key else question.lang
    return Answer((Say(key, values, buttons, question.datatype not in _CHOSEN, lang),))


def _choices(question: Question, words: Words) -> tuple[Button, ...]:
    if question.datatype == "yes_no":
        return tuple(Button(title, payload) for payload, title in yes_no(words))
    return tuple(Button(name, name, question.lang) for _, name in question.options)


def _review(form: Form, words: Words) -> Answer:
    return Answer().say(
        "form_review",
        words.button("button_send", YES),
        words.button("button_change", NO),
        words.button("button_cancel", SOMETHING_ELSE),
        lines=_lines(form, words),
    )


def _which(form: Form, words: Words) -> Answer:
    buttons = [
        Button(label(question, words), str(number), _lang_of_label(question, words))
        for number, question in enumerate(form.questions, start=1)
    ]
    return Answer().say("form_which", *buttons, words.button("button_back", BACK))


def _lines(form: Form, words: Words) -> str:
    """The answers, numbered, one a line."""
    return "\n".join(
        f"{number}. {asked(question, words)} {_shown(form, question, words)}"
        for number, question in enumerate(form.questions, start=1)
    )


def _shown(form: Form, question: Question, words: Words) -> str:
    shown = form.shown(question.code)
    if question.datatype == "yes_no" and shown:
        return words.text(f"button_{shown}")
    return shown or words.text("form_left_out")
