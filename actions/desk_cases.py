"""How a citizen's cases are, for the agent who has theirs: the council's systems are asked now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import httpx

from actions.find_case import APPOINTMENT, PLACES, find_case
from actions.gateways import Gateways
from actions.gateways.base import GatewayError, GatewayRefused
from bot.council_case import CaseLook, CouncilCase

SECONDS = 5.0
"""For all of them together: an agent waits for this page with the citizen on the line."""
BOOKED = "booked"


class GatewayCases:
    """A ``bot.council_case.CaseLooker``. ``connect`` makes the gateways of one call: the desk works
    in threads, which must not share the actions' connections."""

    def __init__(
        self, connect: Callable[[httpx.AsyncClient], Gateways], seconds: float = SECONDS
    ) -> None:
        self._connect, self._seconds = connect, seconds

    def look(self, cases: Sequence[CouncilCase]) -> Mapping[str, CaseLook]:
        return asyncio.run(self._look(cases))

    async def _look(self, cases: Sequence[CouncilCase]) -> dict[str, CaseLook]:
        async with httpx.AsyncClient(trust_env=False) as client:
            gateways = self._connect(client)
            looks = await asyncio.gather(*(self._one(gateways, case) for case in cases))
        return {case.reference: look for case, look in zip(cases, looks, strict=True)}

    async def _one(self, gateways: Gateways, case: CouncilCase) -> CaseLook:
        if case.system not in PLACES:
            return CaseLook(problem="nowhere")
        try:
            async with asyncio.timeout(self._seconds):
                found = await find_case(gateways, case.reference, case.system)
        except GatewayRefused:
            return CaseLook(problem="unknown")
        except (GatewayError, TimeoutError):
            return CaseLook(problem="silent")
        if found.system == APPOINTMENT and found.appointment:
            return CaseLook(BOOKED, found.appointment.place)
        return CaseLook(found.state, found.words)
