"""Rasa hears danger that the first check did not: the same fixed words, the same urgent person."""

from __future__ import annotations

from actions.answer import Answer
from actions.conduct import Conductor
from actions.follow_route import RouteFollower
from actions.form_first import FormFirstAction
from actions.parts import Parts
from actions.route_citizen import report_route, route_citizen
from actions.turn import Turn
from actions.words import Words
from bot.intents import danger_of
from bot.need import Urgency
from bot.safety import check_safety

SAFEGUARDING = "safeguarding"
UNNAMED = "crisis"
"""The kind of danger when nobody can say which: its text has every number."""


class ActionCrisis(FormFirstAction):
    """``follower`` makes the handoff. A choice that a form offers is no danger, and what may well
    be an answer is none on a mere guess."""

    def __init__(self, parts: Parts, conductor: Conductor, follower: RouteFollower) -> None:
        super().__init__(parts, conductor)
        self.follower = follower

    def name(self) -> str:
        return "action_crisis"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        finding = check_safety(turn.text)
        if not finding:
            answered = await self.in_choice(turn) or await self.in_doubt(turn)
            if answered:
                return answered
        kind = finding.kind if finding else danger_of(turn.intent) or UNNAMED
        decision = route_citizen(self.parts, turn, None, danger=True)
        told = {"message": turn.text} if not turn.is_button else {}
        person = self.follower.to_person(
            turn, decision, None, told, team=SAFEGUARDING, urgency=Urgency.URGENT
        )
        return Answer().say(f"safety_{kind}").then(report_route(decision, None)).then(person)
