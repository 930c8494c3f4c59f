"""The citizen asks for a person: granted at once."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.follow_route import RouteFollower
from actions.form_first import chosen
from actions.parts import Parts
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.turn_action import TurnAction
from actions.words import Words
from bot.need import Channel


class ActionHandToPerson(TurnAction):
    """``follower`` carries the decision out."""

    def __init__(self, parts: Parts, follower: RouteFollower) -> None:
        super().__init__(parts)
        self.follower = follower

    def name(self) -> str:
        return "action_hand_to_person"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        answered = await chosen(self.follower.conductor, turn)
        if answered:
            return answered
        asked = replace(turn.circumstances, asked_channel=Channel.ASSISTED)
        turn = replace(turn, circumstances=asked)
        card = self.parts.card(turn.service)
        decision = route_citizen(self.parts, turn, card)
        told = Answer().report("circumstances", **asked.as_json())
        return told.then(await self.follower.follow(turn, decision, card))
