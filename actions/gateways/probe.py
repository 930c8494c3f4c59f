"""Call every gateway once, harmlessly, and say what answers. For ``fairway doctor``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from actions.gateways import CouncilSettings, Gateways
from actions.gateways.base import GatewayError, GatewayNonsense, GatewayRefused
from actions.gateways.clock import council_today
from actions.gateways.mailbox import NoMailbox

NOBODYS_POSTCODE = "ZZ99 3WZ"
"""Shaped like a postcode and no home's: a "no" to it shows that somebody is there."""
NOWHERE = (52.0, -2.0)


@dataclass(frozen=True)
class Probe:
    """One system: ``where`` it is, whether it answers, and if not, what is wrong and what to do."""

    name: str
    where: str
    good: bool
    problem: str = ""
    remedy: str = ""


async def probe(gateways: Gateways, council: CouncilSettings, case_code: str = "") -> list[Probe]:
    """Every system, the ones of the sandbox council too. Sends nothing that would be kept;
    ``case_code`` is a kind of case that a service card names."""
    calls: dict[str, Awaitable[object]] = {
        "open311": gateways.open311.services(),
        "postcodes": gateways.postcodes.find(NOBODYS_POSTCODE),
        "bins": gateways.bins.collections(NOBODYS_POSTCODE),
        "places": gateways.places.near(*NOWHERE, 1),
        "appointments": gateways.appointments.slots(None, council_today(), 1),
        "directory": gateways.directory.near(NOBODYS_POSTCODE, *NOWHERE, n=1),
        "cases": gateways.cases.definition(case_code or "NONE"),
    }
    if not isinstance(gateways.mailbox, NoMailbox):
        calls["mail server"] = gateways.mailbox.check()
    ends = await asyncio.gather(*calls.values(), return_exceptions=True)
    where = _addresses(council)
    return [_probe(name, where.get(name, ""), end) for name, end in zip(calls, ends, strict=True)]


def _addresses(council: CouncilSettings) -> Mapping[str, str]:
    return {
        "open311": council.open311_url,
        "postcodes": council.postcodes_url,
        "bins": council.bins_url,
        "places": council.places_url,
        "appointments": council.appointments_url,
        "directory": council.directory_url,
        "cases": council.cases_url,
        "mail server": "FAIRWAY_SMTP_URL",
    }


def _probe(name: str, where: str, end: object) -> Probe:
    where = where or "the sandbox council"
    if isinstance(end, GatewayRefused) and end.status in {401, 403}:
        remedy = f"check the key or secret of {name} in the environment"
        return Probe(name, where, False, f"it refuses us ({end.status})", remedy)
    if isinstance(end, GatewayRefused) or not isinstance(end, BaseException):
        return Probe(name, where, True)
    if isinstance(end, GatewayNonsense):
        remedy = f"check that systems.{name} in the council file is the API, not a web page"
        return Probe(name, where, False, f"it answers something else: {end}", remedy)
    if isinstance(end, GatewayError):
        remedy = f"start it, or mend systems.{name} in the council file"
        return Probe(name, where, False, str(end), remedy)
    raise end
