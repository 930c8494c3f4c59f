"""The booking system for the desk: the same gateway the assistant books with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from actions.gateways import Gateways
from actions.gateways.appointments import Contact
from actions.gateways.base import GatewayError, SlotTaken
from bot.desk_visit import BookedVisit, FreeVisit, VisitGone, VisitsUnavailable

SHOWN = 8


class GatewayVisits:
    """A ``bot.desk_visit.VisitBook``. ``connect`` makes the gateways of one call: the desk works
    in threads, which must not share the actions' connections."""

    def __init__(self, connect: Callable[[httpx.AsyncClient], Gateways]) -> None:
        self._connect = connect

    def free(self, *, step_free: bool, interpreter: str | None) -> Sequence[FreeVisit]:
        return asyncio.run(self._free(step_free, interpreter))

    def book(self, visit_id: str, contact: Mapping[str, str], key: str) -> BookedVisit:
        return asyncio.run(self._book(visit_id, Contact(**contact), key))

    async def _free(self, step_free: bool, interpreter: str | None) -> list[FreeVisit]:
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        async with httpx.AsyncClient(trust_env=False) as client:
            gate = self._connect(client).appointments
            try:
                slots = await gate.slots(None, tomorrow, SHOWN, step_free, interpreter)
            except GatewayError as error:
                raise VisitsUnavailable from error
        return [FreeVisit(slot.id, slot.place, slot.starts_at) for slot in slots]

    async def _book(self, visit_id: str, contact: Contact, key: str) -> BookedVisit:
        async with httpx.AsyncClient(trust_env=False) as client:
            gate = self._connect(client).appointments
            try:
                made = await gate.book(visit_id, contact, key)
            except SlotTaken as error:
                raise VisitGone from error
            except GatewayError as error:
                raise VisitsUnavailable from error
        return BookedVisit(made.reference, made.place, made.starts_at)
