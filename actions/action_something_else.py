"""The citizen wants something else: the task is dropped and the choice is theirs again."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.form import CANCEL
from actions.form_first import FormFirstAction
from actions.turn import Turn
from actions.words import Words

ON_THE_MENU = ("bin_collection", "pothole", "council_tax_bill", "fly_tipping", "library")


class ActionSomethingElse(FormFirstAction):
    """Needs the form under way: a choice that it offers may sound like "something else"."""

    def name(self) -> str:
        return "action_something_else"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        chosen = await self.in_choice(turn)
        if chosen:
            return chosen
        form = self.conductor.current(turn)
        if form and form.at == CANCEL and not turn.is_button:
            return await self.conductor.go_on(turn, form)  # "cancel it" is an answer there
        meant = await self.in_open_question(turn)
        if meant:
            return meant
        free = replace(turn.circumstances, asked_channel=None)
        cards = [self.parts.cards[name] for name in ON_THE_MENU if name in self.parts.cards]
        buttons = (words.service(card) for card in cards)
        return (
            Answer()
            .report("circumstances", **free.as_json())
            .say("something_else", *buttons)
            .remember(task=None, service=None, last_route=None)
        )
