"""The citizen wants something else: the task is dropped and the choice is theirs again."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.turn import Turn
from actions.turn_action import TurnAction
from actions.words import Words
from bot.message import Button

ON_THE_MENU = ("bin_collection", "pothole", "council_tax_bill", "fly_tipping", "library")


class ActionSomethingElse(TurnAction):
    """Needs only the parts."""

    def name(self) -> str:
        return "action_something_else"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        free = replace(turn.circumstances, asked_channel=None)
        cards = [self.parts.cards[name] for name in ON_THE_MENU if name in self.parts.cards]
        buttons = (Button(card.name(turn.language), f"/{card.intent}") for card in cards)
        return (
            Answer()
            .report("circumstances", **free.as_json())
            .say("something_else", *buttons)
            .remember(task=None, service=None, last_route=None)
        )
