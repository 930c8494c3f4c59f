"""The citizen says what they need to be served well: an interpreter, BSL, no steps, a visit."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.conduct import Conductor
from actions.follow_route import RouteFollower
from actions.form_first import FormFirstAction
from actions.heard import heard_adjustments
from actions.parts import Parts
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.words import Words
from bot.need import Channel


class ActionNoteAdjustment(FormFirstAction):
    """``follower`` carries the decision out."""

    def __init__(self, parts: Parts, conductor: Conductor, follower: RouteFollower) -> None:
        super().__init__(parts, conductor)
        self.follower = follower

    def name(self) -> str:
        return "action_note_adjustment"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        answered = await self.in_form(turn)
        if answered:
            return answered
        heard = sorted(heard_adjustments(turn.text, self.parts.safety, turn.language))
        if not heard:
            return await self._person_to_ask(turn)
        told = turn.circumstances
        for adjustment in heard:
            told = told.with_adjustment(adjustment)
        turn = replace(turn, circumstances=told)
        noted = Answer().report("circumstances", **told.as_json())
        for adjustment in heard:
            noted = noted.say(f"adjustment_{adjustment.value}", relay=self.parts.council.text_relay)
        if not told.remember:
            noted = noted.say("passport_offer" if turn.is_sms else "passport_offer_web")
        return noted.then(await self._route(turn))

    async def _route(self, turn: Turn) -> Answer:
        card = self.parts.card(turn.service)
        decision = route_citizen(self.parts, turn, card)
        if decision.channel is Channel.DIGITAL:
            return self.back_to_form(turn)
        return await self.follower.follow(turn, decision, card)

    async def _person_to_ask(self, turn: Turn) -> Answer:
        """A need we have no word for is a person's to understand."""
        asked = replace(turn.circumstances, asked_channel=Channel.ASSISTED)
        turn = replace(turn, circumstances=asked)
        card = self.parts.card(turn.service)
        decision = route_citizen(self.parts, turn, card)
        noted = Answer().say("adjustment_other")
        person = await self.follower.follow(turn, decision, card)
        return noted.then(person)
