"""The citizen wants to see somebody: the places near, and an appointment."""

from __future__ import annotations

from dataclasses import replace

from actions.action_serve_citizen import OPEN, SURE, is_answer
from actions.answer import Answer
from actions.follow_route import RouteFollower
from actions.form_first import chosen
from actions.parts import Parts
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.turn_action import TurnAction
from actions.words import Words
from bot.need import Channel


class ActionComeIn(TurnAction):
    """``follower`` carries the decision out."""

    def __init__(self, parts: Parts, follower: RouteFollower) -> None:
        super().__init__(parts)
        self.follower = follower

    def name(self) -> str:
        return "action_come_in"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        answered = await chosen(self.follower.conductor, turn) or await self._in_form(turn)
        if answered:
            return answered
        asked = replace(turn.circumstances, asked_channel=Channel.FACE_TO_FACE)
        turn = replace(turn, circumstances=asked)
        card = self.parts.card(turn.service)
        decision = route_citizen(self.parts, turn, card)
        told = Answer().report("circumstances", **asked.as_json())
        return told.then(await self.follower.follow(turn, decision, card))

    async def _in_form(self, turn: Turn) -> Answer | None:
        """The form's answer to what is one: "1 Castle Gates" names a home as often as a place
        to come to. A plain request to come in was heard before and comes as a button."""
        form = self.follower.conductor.current(turn)
        question = form.question if form else None
        if form is None or question is None or turn.is_button:
            return None
        if self.follower.conductor.holds_address(turn, form):
            return await self.follower.conductor.go_on(turn, form)
        if question.datatype not in OPEN:
            return None
        if turn.confidence >= SURE and not is_answer(turn.text):
            return None
        return await self.follower.conductor.go_on(turn, form)
