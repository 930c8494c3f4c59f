"""When something fails: say so honestly, and give what the citizen told us to a person."""

from __future__ import annotations

from collections.abc import Mapping

from actions.answer import Answer
from actions.gateways.base import (
    GatewayError,
    GatewayNonsense,
    GatewayRefused,
    GatewaySlow,
)
from bot.service_card import ServiceCard

CONTACT_CENTRE = "contact_centre"


def trouble(
    error: BaseException,
    phone: str,
    card: ServiceCard | None = None,
    told: Mapping[str, str] | None = None,
) -> Answer:
    """An honest reply and a handoff that carries ``told``, so that nothing is said twice.

    ``phone`` is the council's number. The task ends: a person has it now.
    """
    reason = _reason(error)
    answer = Answer().say(reason, phone=phone, reason=_their_words(error))
    answer = answer.say("error_passed_on" if told else "error_person_asked", phone=phone)
    return answer.remember(task=None).report(
        "handoff",
        team=card.team if card else CONTACT_CENTRE,
        urgency=card.need.urgency.value if card else "routine",
        way="talk_to_person",
        reasons=[reason],
        summary={**({"service": card.id} if card else {}), **(told or {})},
        contact={},
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, GatewayRefused):
        return "error_council_refused"
    if isinstance(error, GatewayNonsense):
        return "error_council_nonsense"
    if isinstance(error, GatewaySlow | TimeoutError):
        return "error_council_slow"
    if isinstance(error, GatewayError):
        return "error_council_down"
    return "error_unexpected"


def _their_words(error: BaseException) -> str:
    return error.description if isinstance(error, GatewayRefused) else ""
