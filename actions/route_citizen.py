"""Ask the routing rules which channel to use. Nothing else in ``actions`` calls them."""

from __future__ import annotations

from actions.answer import Answer
from actions.parts import Parts
from actions.turn import Turn
from bot.need import Circumstances, Need
from bot.routing import Doors, RoutingDecision, decide_route
from bot.service_card import ServiceCard


def route_citizen(
    parts: Parts,
    turn: Turn,
    card: ServiceCard | None,
    circumstances: Circumstances | None = None,
    *,
    danger: bool = False,
) -> RoutingDecision:
    """The decision for a service, or for a need not yet understood when ``card`` is None."""
    return decide_route(
        card.need if card else Need(),
        circumstances or turn.circumstances,
        turn.availability,
        card.doors if card else Doors(),
        parts.policy,
        danger=danger,
    )


def report_route(decision: RoutingDecision, card: ServiceCard | None) -> Answer:
    """The decision as an event, kept for "why?"."""
    route = {**decision.as_json(), "service": card.id if card else None}
    return Answer().report("route", **route).remember(last_route=route)
