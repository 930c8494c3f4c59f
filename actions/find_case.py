"""Find what a reference stands for, in whichever system has it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actions.case_news import CASES, OPEN311, news_of
from actions.gateways import Gateways
from actions.gateways.appointments import Appointment
from actions.gateways.base import GatewayRefused
from actions.last_resort import SYSTEM as EMAIL
from actions.last_resort import is_by_email
from bot.case_news import OVER, state_of

APPOINTMENT = "appointments"


@dataclass(frozen=True)
class Found:
    """A report, a request or an appointment. ``state`` is one of ``bot.case_news``."""

    system: str
    reference: str
    service: str = ""
    state: str = "open"
    words: str = ""
    appointment: Appointment | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.state in OVER

    def as_json(self, service: str) -> dict[str, str]:
        """What a form keeps of it; ``service`` is the service's name for the citizen."""
        return {
            "system": self.system,
            "reference": self.reference,
            "service": service,
            "status": self.state,
        }


async def find_case(gateways: Gateways, reference: str, system: str = "") -> Found:
    """What ``reference`` is, in ``system`` if that is known, else wherever it is found.

    What a team got by email is in no system, so nothing is asked for it.

    Raises GatewayRefused when nobody has it, or the failure of a system that may have it.
    """
    if system == EMAIL or (not system and is_by_email(reference)):
        return Found(EMAIL, reference.upper())
    places = {name: look for name, look in PLACES.items() if system in ("", name)} or PLACES
    looked = await asyncio.gather(
        *(look(gateways, reference) for look in places.values()), return_exceptions=True
    )
    found = [one for one in looked if isinstance(one, Found)]
    if found:
        return found[0]
    failures = [one for one in looked if isinstance(one, BaseException)]
    raise next((one for one in failures if not isinstance(one, GatewayRefused)), failures[0])


async def _appointment(gateways: Gateways, reference: str) -> Found:
    booked = await gateways.appointments.show(reference)
    return Found(APPOINTMENT, booked.reference, appointment=booked)


async def _report(gateways: Gateways, reference: str) -> Found:
    report = await gateways.open311.request(reference)
    news = news_of(report)
    return Found(OPEN311, report.reference, report.service_name, news.state, news.words)


async def _case(gateways: Gateways, reference: str) -> Found:
    case = await gateways.cases.show(reference)
    return Found(CASES, case.reference, case.type_name, state_of(case.status), case.words)


PLACES: dict[str, Callable[[Gateways, str], Awaitable[Found]]] = {
    APPOINTMENT: _appointment,
    CASES: _case,
    OPEN311: _report,
}
