"""What a task is: questions to ask, what to look up after an answer, and what to do at the end.

Each task is one file (``report_street_problem.py``, ``bin_day.py``, …); ``conduct.py`` runs
them all through the one form engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.answer import Answer, Say
from actions.form import Form, Given
from actions.questions import Question
from actions.turn import Turn
from actions.words import NO, YES, Words
from bot.service_card import ServiceCard


@dataclass(frozen=True)
class Opened:
    """A task as it starts: its form, what to say first, and answers that are already known."""

    form: Form
    answer: Answer = field(default_factory=Answer)
    known: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """What an answer led to: the form as it goes on, something to say, or why the answer
    cannot be used and has to be asked again."""

    form: Form
    answer: Answer = field(default_factory=Answer)
    problem: Say | None = None


@dataclass(frozen=True)
class Finished:
    """What was done; ``ask_again`` names a question when it could not be done after all."""

    answer: Answer
    form: Form | None = None
    ask_again: str = ""


class Task(Protocol):
    """Every method may raise GatewayError; the citizen is then told so and given a person."""

    @property
    def name(self) -> str:
        """The task's name in the form."""

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        """The form to fill in."""

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        """Look into the answer just given to ``code``."""

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        """Do what the citizen asked for, all answers given and confirmed."""


def known_answers(turn: Turn, *codes: str) -> dict[str, Given]:
    """What the citizen told us in an earlier task, so that it is not asked again."""
    kept: dict[str, Any] = {code: turn.known.get(code) for code in codes}
    return {
        code: Given(said.get("value"), str(said.get("shown") or ""))
        for code, said in kept.items()
        if isinstance(said, Mapping) and said.get("value")
    }


def name_question() -> Question:
    """Who is asking; always theirs to leave out."""
    return Question("name", "string", key="ask_name", required=False)


def phone_question(*, required: bool = False, key: str = "ask_phone") -> Question:
    """A number to reach them on."""
    return Question("phone", "phone", key=key, required=required)


def yes_no(words: Words) -> tuple[tuple[str, str], ...]:
    """The choices of a yes-or-no question, as (payload, title)."""
    return (YES, words.text("button_yes")), (NO, words.text("button_no"))
