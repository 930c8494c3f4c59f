"""The citizen says why online is hard: kept, and routed by it at once."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.conduct import Conductor
from actions.follow_route import RouteFollower
from actions.form_first import FormFirstAction
from actions.heard import heard_barriers
from actions.parts import Parts
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.words import Words
from bot.need import Channel


class ActionNoteBarrier(FormFirstAction):
    """``follower`` carries the decision out."""

    def __init__(self, parts: Parts, conductor: Conductor, follower: RouteFollower) -> None:
        super().__init__(parts, conductor)
        self.follower = follower

    def name(self) -> str:
        return "action_note_barrier"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        answered = await self.in_form(turn)
        if answered:
            return answered
        told = turn.circumstances
        said = "" if turn.is_button else turn.text
        for barrier in sorted(heard_barriers(said, self.parts.safety)):
            told = told.with_barrier(barrier)
        turn = replace(turn, circumstances=told)
        noted = Answer().report("circumstances", **told.as_json()).say("barrier_noted")
        card = self.parts.card(turn.service)
        decision = route_citizen(self.parts, turn, card)
        if decision.channel is Channel.DIGITAL:  # the council's policy, or the citizen's choice
            return noted.then(self.back_to_form(turn))
        return noted.then(await self.follower.follow(turn, decision, card))
