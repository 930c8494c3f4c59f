"""Carry a routing decision out: start the task, give the link, or bring a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.answer import Answer
from actions.conduct import Conductor
from actions.form_words import summary
from actions.parts import Parts
from actions.route_citizen import report_route
from actions.send_link import say_facts, send_link
from actions.trouble import CONTACT_CENTRE
from actions.turn import Turn
from bot.helper import ASKED_BY, SOMEBODY_ELSE
from bot.need import Channel, Urgency
from bot.routing import RoutingDecision
from bot.service_card import ServiceCard

_CONNECTORS = {
    "open311": "report_street_problem",
    "bins": "bin_day",
    "library_finder": "find_library",
    "directory": "find_help",
    "cases": "open_case",
}
_PLACES = {"library_hub": "come_in", "appointment": "book_appointment"}


@dataclass(frozen=True)
class RouteFollower:
    """Follows decisions with the tasks of ``conductor``."""

    parts: Parts
    conductor: Conductor

    async def follow(
        self, turn: Turn, decision: RoutingDecision, card: ServiceCard | None
    ) -> Answer:
        """What to say and do. Answers of a task under way go to whoever serves the citizen
        next, so nothing has to be told twice."""
        start = report_route(decision, card)
        if decision.channel is Channel.DIGITAL:
            return start.then(await self.begin(turn, card))
        told = self._told(turn)
        if decision.channel is Channel.FACE_TO_FACE and decision.way in _PLACES:
            notes = {"told": told, "reasons": list(decision.reasons)}
            task = _PLACES[decision.way]
            return start.then(await self.conductor.start(turn, task, card, notes))
        if decision.way == "call_back":
            notes = {"told": told, "reasons": list(decision.reasons)}
            answer = await self.conductor.start(turn, "request_call_back", card, notes)
            return start.then(answer)
        return start.then(self.to_person(turn, decision, card, told))

    def to_person(
        self,
        turn: Turn,
        decision: RoutingDecision,
        card: ServiceCard | None,
        told: Mapping[str, str] | None = None,
        *,
        team: str = "",
        urgency: Urgency | None = None,
    ) -> Answer:
        """A handoff now, and the words for its way."""
        when = self.parts.words(turn).opening(turn.availability.next_open)
        key = (
            "route_home_visit"
            if decision.way == "home_visit"
            else (f"route_assisted_{decision.way}")
        )
        facts = say_facts(turn, card) if card else Answer()
        return (
            facts.say(key, next_open=when)
            .remember(task=None)
            .report(
                "handoff",
                team=team or (card.team if card else CONTACT_CENTRE),
                urgency=(urgency or (card.urgency if card else Urgency.ROUTINE)).value,
                way=decision.way,
                reasons=list(decision.reasons),
                summary={**({"service": card.id} if card else {}), **(told or {})},
                contact=_contact(turn),
            )
        )

    async def begin(self, turn: Turn, card: ServiceCard | None) -> Answer:
        """The service's questions, or what else its card has for people who do it here."""
        if card is None:
            return Answer().say("what_do_you_need")
        task = task_of(card)
        if task is None:
            answer = await send_link(self.parts, turn, card)
            return answer.remember(task=None, service=card.id)
        return (await self.conductor.start(turn, task, card)).remember(service=card.id)

    def _told(self, turn: Turn) -> dict[str, str]:
        form = self.conductor.current(turn)
        told = summary(form, self.parts.words(turn)) if form else {}
        return told | ({ASKED_BY: SOMEBODY_ELSE} if turn.circumstances.for_other else {})


def task_of(card: ServiceCard) -> str | None:
    """The task that asks what the card's connector wants to know, if it asks anything."""
    return _CONNECTORS.get(card.digital.connector or "")


def _contact(turn: Turn) -> dict[str, str]:
    phone = turn.known.get("phone")
    number = phone.get("value") if isinstance(phone, Mapping) else None
    return {"phone": str(number)} if number else {}
