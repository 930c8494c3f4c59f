"""Run a task through the form engine: start it, take an answer, look things up, finish it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from actions.answer import Answer, Say
from actions.change_words import says_change
from actions.controls import read_control
from actions.decline_words import (
    can_be_declined,
    has_none,
    in_own_words,
    says_no,
    says_no_thanks,
)
from actions.form import (
    CHANGE,
    REVIEW,
    WHICH,
    Form,
    Step,
    begin,
    fits,
    form_from_json,
    forward,
    reopen,
    take,
)
from actions.form_words import asked, named, render, summary
from actions.gateways.base import GatewayError
from actions.hear_more import address_question, address_questions, answers_another, hear_more
from actions.heard_address import named_address, named_day, whole_address
from actions.last_resort import LetterUnsure
from actions.parts import Parts
from actions.questions import NO, NONE_OF_THESE, YES, Question, Read, read_date, read_said
from actions.send_words import says_send
from actions.tasks import Task
from actions.trouble import trouble
from actions.turn import Turn
from actions.words import NO as NO_BUTTON
from actions.words import Words
from bot.clear_yes import clear_answer
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)

_PERSONAL = ("postcode", "name", "phone")
"""Answers that are the same whatever the task, and so are never asked twice."""

_CLEARLY: Mapping[bool | None, str] = {True: YES, False: NO}


@dataclass(frozen=True)
class Conductor:
    """``tasks``: name → task."""

    parts: Parts
    tasks: Mapping[str, Task]

    async def start(
        self,
        turn: Turn,
        name: str,
        card: ServiceCard | None = None,
        notes: Mapping[str, object] | None = None,
    ) -> Answer:
        """Begin a task; one under way is dropped. Its words, its first question."""
        words, task = self.parts.words(turn), self.tasks[name]
        try:
            async with asyncio.timeout(self.parts.answer_within):
                opened = await task.open(turn, words, card)
                form = replace(opened.form, notes={**opened.form.notes, **(notes or {})})
                step = begin(form, opened.known)
                step, heard = self._hear_more(turn, words, step)
                step, said, problem = await self._with_known(turn, words, task, step)
                said = said.then(heard)
                return opened.answer.then(said).then(
                    await self._say(turn, words, task, step, problem)
                )
        except (GatewayError, TimeoutError) as error:
            return self._trouble(error, card, {})

    async def go_on(self, turn: Turn, form: Form) -> Answer:
        """Take the turn's text as an answer."""
        words, task = self.parts.words(turn), self.tasks[form.task]
        control = "skip" if self._has_none(turn, form) else self.control(turn, form)
        if control is None and not turn.is_button and answers_another(form, turn.text):
            return self._for_another(turn, form, words)
        said = self._as_day(turn, form, turn.text)
        step = take(form, said, control, self.parts.today(), named(form, words, said))
        clock = asyncio.get_running_loop().time()
        turn = replace(turn, answer_by=clock + self.parts.answer_within)
        try:
            async with asyncio.timeout(self.parts.answer_within):
                return await self._after(turn, words, task, step)
        except (GatewayError, TimeoutError) as error:
            told = {**summary(step.form, words), **_maybe_written(error)}
            return self._trouble(error, self.parts.card(form.service), told)

    def _for_another(self, turn: Turn, form: Form, words: Words) -> Answer:
        """The turn's text is another question's answer: noted, and the same asked again."""
        asked_again = take(form, "", "repeat", self.parts.today())
        step, said = self._hear_more(turn, words, asked_again, with_address=False)
        return said.then(render(step, words)).remember(task=step.form.as_json())

    def again(self, turn: Turn, form: Form) -> Answer:
        """The same question once more, after something else was said."""
        form = replace(form, offer=None)
        step = take(form, "", "repeat", self.parts.today())
        return render(step, self.parts.words(turn)).remember(task=form.as_json())

    def suits(self, turn: Turn, form: Form) -> bool:
        """Whether the turn's text is plainly meant for the form."""
        if self.holds_address(turn, form):
            return True
        said = self._as_day(turn, form, turn.text)
        return fits(form, said, self.control(turn, form), self.parts.today())

    def holds_address(self, turn: Turn, form: Form) -> bool:
        """Whether the turn is an address and nothing else, and the form still asks for one."""
        return bool(whole_address(turn)) and address_question(form) is not None

    def _as_day(self, turn: Turn, form: Form, said: str) -> str:
        """``said``, or the day it names where a day is asked for and only the model read it."""
        question, today = form.question, self.parts.today()
        if question is None or question.datatype != "datetime" or read_date(said, today):
            return said
        return named_day(turn, today, question.code) or said

    def control(self, turn: Turn, form: Form) -> str | None:
        """What the turn's text says in plain words of any language, about what
        was last asked: the form's question, or whether to leave it."""
        text = turn.text
        said = read_control(text, self.parts.safety, turn.language)
        if form.offer:
            return said or _CLEARLY.get(clear_answer(text, turn.language))
        if said is None and form.at in {REVIEW, WHICH}:
            return self._at_check(turn, text)
        if said is None and _has_none_of_these(form) and says_no_thanks(text, turn.language):
            return NO
        return "skip" if self._declines(turn, form, said) else said

    def wants_change(self, turn: Turn, form: Form) -> bool:
        """Whether the turn's text says that an answer which it names is to be changed."""
        if self.control(turn, form) != CHANGE:
            return False
        return bool(named(form, self.parts.words(turn), turn.text))

    def _has_none(self, turn: Turn, form: Form) -> bool:
        """Whether the text says that there is none of what may be left out. No more than that
        suits the form: "I don't have one" may be what keeps them offline, too."""
        asked = form.question
        if asked is None or not can_be_declined(asked) or self._chooses(turn, asked, None):
            return False
        return has_none(turn.text, turn.language)

    def _declines(self, turn: Turn, form: Form, said: str | None) -> bool:
        """Whether the text, which says ``said``, is a no to a question that may be left out."""
        asked, text = form.question, turn.text
        if asked is None:
            return False
        if in_own_words(asked):
            return says_no_thanks(text, turn.language)
        if not can_be_declined(asked) or self._chooses(turn, asked, said):
            return False
        return (
            text == NO_BUTTON
            or says_no_thanks(text, turn.language)
            or says_no(text, turn.language, self.parts.safety)
        )

    def _chooses(self, turn: Turn, asked: Question, said: str | None) -> bool:
        """Whether the text is one of the choices on offer: "No, none of them" may be."""
        read = read_said(asked, turn.text, said, self.parts.today()) if asked.options else None
        return isinstance(read, Read)

    def _at_check(self, turn: Turn, text: str) -> str | None:
        """Send it, or change something: said to the answers that were read back."""
        if says_send(text, turn.language, self.parts.words(turn).text("button_send")):
            return YES
        return CHANGE if says_change(text, turn.language) else None

    def current(self, turn: Turn) -> Form | None:
        """The form under way, if there is one this version can read."""
        form = form_from_json(turn.task)
        return form if form and form.task in self.tasks else None

    async def _after(self, turn: Turn, words: Words, task: Task, step: Step) -> Answer:
        if step.kind == "cancelled":
            return Answer().say("form_cancelled").remember(task=None, service=None)
        said, problem, answered = Answer(), None, step.answered
        if answered:
            step, said, problem = await self._learn(turn, words, task, step.form, answered)
            if problem is None:
                taken = step.form.shown(answered) in turn.text
                step, heard = self._hear_more(turn, words, step, with_address=not taken)
                said = said.then(heard)
        elif step.problem and self.holds_address(turn, step.form):
            step, said = self._hear_more(turn, words, step)
        answer = said.then(await self._say(turn, words, task, step, problem))
        if step.problem:
            answer = answer.report("answer_not_taken")
        return answer.remember(known={**_known(turn, step.form), **answer.slots.get("known", {})})

    def _hear_more(
        self, turn: Turn, words: Words, step: Step, *, with_address: bool = True
    ) -> tuple[Step, Answer]:
        """What else the citizen has said in the same message, and words that say it back."""
        if turn.is_button or step.is_end:
            return step, Answer()
        address = _address(turn, step.form) if with_address else ""
        form = hear_more(step.form, turn.text, address)
        if form == step.form:
            return step, Answer()
        return forward(form), _say_back(form, step.form, words)

    async def _with_known(
        self, turn: Turn, words: Words, task: Task, step: Step
    ) -> tuple[Step, Answer, Say | None]:
        """Look into the answers that were known before the first question."""
        said = Answer()
        for code in [q.code for q in step.form.questions if q.code in step.form.given]:
            step, learned, problem = await self._learn(turn, words, task, step.form, code)
            said = said.then(learned)
            if problem:
                return step, said, problem
        return step, said, None

    async def _learn(
        self, turn: Turn, words: Words, task: Task, form: Form, code: str
    ) -> tuple[Step, Answer, Say | None]:
        learned = await task.learn(turn, words, form, code)
        if learned.problem:
            return reopen(learned.form, code, learned.problem.key), learned.answer, learned.problem
        return forward(learned.form), learned.answer, None

    async def _say(
        self, turn: Turn, words: Words, task: Task, step: Step, problem: Say | None
    ) -> Answer:
        if step.kind != "confirmed":
            return render(step, words, problem).remember(task=step.form.as_json())
        finished = await task.finish(turn, words, step.form)
        if finished.form is None:
            return finished.answer.remember(task=None)
        step = reopen(finished.form, finished.ask_again)
        return finished.answer.then(render(step, words)).remember(task=step.form.as_json())

    def _trouble(
        self, error: BaseException, card: ServiceCard | None, told: Mapping[str, str]
    ) -> Answer:
        log.warning("a task could not go on: %s", type(error).__name__)
        return trouble(error, self.parts.council.phone, card, told)


def _has_none_of_these(form: Form) -> bool:
    asked = form.question
    return asked is not None and NONE_OF_THESE in dict(asked.options)


def _maybe_written(error: BaseException) -> dict[str, str]:
    """For the person who has it now: the letter that a team may have got all the same."""
    if not isinstance(error, LetterUnsure):
        return {}
    return {"Perhaps sent to the team by email as": error.reference}


def _address(turn: Turn, form: Form) -> str:
    """The address to keep: in the middle of a form what is one and nothing else; within other
    words only where a single question can be meant."""
    within = named_address(turn) if address_questions(form) == 1 else ""
    return whole_address(turn) or within


def _say_back(form: Form, before: Form, words: Words) -> Answer:
    """What was heard besides: nobody should wonder what became of it."""
    new = [q for q in form.questions if q.code in form.given and q.code not in before.given]
    heard = [f"{asked(question, words)} {form.shown(question.code)}" for question in new]
    if form.notes.get("photos") != before.notes.get("photos"):
        heard.append(words.text("label_photo"))
    return Answer().say("heard_also", lines="; ".join(heard))


def _known(turn: Turn, form: Form) -> dict[str, object]:
    told = {
        code: {"value": form.value(code), "shown": form.shown(code)}
        for code in _PERSONAL
        if form.value(code)
    }
    return {**turn.known, **told}
