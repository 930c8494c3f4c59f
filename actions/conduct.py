"""Run a task through the form engine: start it, take an answer, look things up, finish it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from actions.answer import Answer, Say
from actions.controls import read_control
from actions.form import Form, Step, begin, fits, form_from_json, forward, reopen, take
from actions.form_words import render, summary
from actions.gateways.base import GatewayError
from actions.parts import Parts
from actions.tasks import Task
from actions.trouble import trouble
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)

_PERSONAL = ("postcode", "name", "phone")
"""Answers that are the same whatever the task, and so are never asked twice."""


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
                step, said, problem = await self._with_known(
                    turn, words, task, begin(form, opened.known)
                )
                return opened.answer.then(said).then(
                    await self._say(turn, words, task, step, problem)
                )
        except (GatewayError, TimeoutError) as error:
            return self._trouble(error, card, {})

    async def go_on(self, turn: Turn, form: Form, text: str | None = None) -> Answer:
        """Take the turn's text (or ``text``) as an answer."""
        words, task = self.parts.words(turn), self.tasks[form.task]
        said = turn.text if text is None else text
        control = read_control(said, self.parts.safety, turn.language)
        step = take(form, said, control, self.parts.today())
        try:
            async with asyncio.timeout(self.parts.answer_within):
                return await self._after(turn, words, task, step)
        except (GatewayError, TimeoutError) as error:
            told = summary(step.form, words)
            return self._trouble(error, self.parts.card(form.service), told)

    def again(self, turn: Turn, form: Form) -> Answer:
        """The same question once more, after something else was said."""
        form = replace(form, offer=None)
        step = take(form, "", "repeat", self.parts.today())
        return render(step, self.parts.words(turn)).remember(task=form.as_json())

    def suits(self, turn: Turn, form: Form) -> bool:
        """Whether the turn's text is plainly meant for the form."""
        return fits(form, turn.text, self.control(turn), self.parts.today())

    def control(self, turn: Turn) -> str | None:
        """What the turn's text says in plain words of any language."""
        return read_control(turn.text, self.parts.safety, turn.language)

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
        answer = said.then(await self._say(turn, words, task, step, problem))
        return answer.remember(known={**_known(turn, step.form), **answer.slots.get("known", {})})

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


def _known(turn: Turn, form: Form) -> dict[str, object]:
    told = {
        code: {"value": form.value(code), "shown": form.shown(code)}
        for code in _PERSONAL
        if form.value(code)
    }
    return {**turn.known, **told}
