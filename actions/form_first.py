"""Inside a form, a plain answer is an answer, even when it resembles a request.

"Large" answers "how big?" although it also sounds like large print. A request for a person
is never held back.
"""

from __future__ import annotations

from actions.answer import Answer
from actions.conduct import Conductor
from actions.parts import Parts
from actions.turn import Turn
from actions.turn_action import TurnAction
from bot.intents import DANGER_IN_FORM
from bot.phrases import normalise

SURE = 0.6
"""Below this, in answer to an open question, a text counts as the answer."""
_ANY_WORDS = {"string", "text", "place"}


async def chosen(conductor: Conductor, turn: Turn) -> Answer | None:
    """The form's answer when the text is one of the choices on offer, word for word; else None.
    Nothing else outranks danger or a wish: "A bag or one thing" is no wish to bring them."""
    form = conductor.current(turn)
    if form is None or form.question is None or turn.is_button:
        return None
    offered = {normalise(words) for option in form.question.options for words in option}
    return await conductor.go_on(turn, form) if normalise(turn.text) in offered else None


class FormFirstAction(TurnAction):
    """An action that lets a form under way have what is plainly meant for it."""

    def __init__(self, parts: Parts, conductor: Conductor) -> None:
        super().__init__(parts)
        self.conductor = conductor

    async def in_form(self, turn: Turn) -> Answer | None:
        """The form's answer when the text is meant for it, else None."""
        form = self.conductor.current(turn)
        if form is None or turn.is_button:
            return None
        if self.conductor.suits(turn, form):
            return await self.conductor.go_on(turn, form)
        return await self.in_open_question(turn)

    async def in_open_question(self, turn: Turn) -> Answer | None:
        """The form's answer when the question takes any words, and that the text is anything
        else is no more than a guess; else None. "I have no internet" is no place, however
        faintly it was heard."""
        form = self.conductor.current(turn)
        if form is None or form.question is None or turn.is_button or turn.confidence >= SURE:
            return None
        asked = form.question.datatype
        if asked == "place" and self.parts.safety.barriers(turn.text):
            return None
        return await self.conductor.go_on(turn, form) if asked in _ANY_WORDS else None

    async def in_choice(self, turn: Turn) -> Answer | None:
        """``chosen``, for this action's conductor."""
        return await chosen(self.conductor, turn)

    async def in_doubt(self, turn: Turn) -> Answer | None:
        """The form's answer when the text may well be meant for it, and that there is danger in
        it is no more than a guess; else None."""
        form = self.conductor.current(turn)
        if form is None or turn.is_button or turn.confidence >= DANGER_IN_FORM:
            return None
        is_open = form.question is not None and form.question.datatype in _ANY_WORDS
        if is_open or self.conductor.suits(turn, form):
            return await self.conductor.go_on(turn, form)
        return None

    def back_to_form(self, turn: Turn) -> Answer:
        """The form's question once more, when there is one; else what else can we do."""
        form = self.conductor.current(turn)
        return self.conductor.again(turn, form) if form else Answer().say("what_do_you_need")
