"""Appointments at the council's libraries. The slots are invented; a booking is kept."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from actions.gateways.clock import COUNCIL_ZONE
from actions.gateways.places import DAYS
from actions.sandbox.council import Council
from actions.sandbox.faults import failing
from actions.sandbox.libraries import Library

HORIZON = timedelta(days=28)
LENGTH = timedelta(minutes=30)
# An interpreter needs three days' notice.
NOTICE = timedelta(days=3)
INTERPRETERS = ("ar", "bn", "bsl", "cy", "pa", "pl", "pt", "ro", "so", "uk", "ur", "zh")
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"  # none that are read for one another on the phone


@dataclass(frozen=True)
class _Slot:
    id: str
    library: Library
    starts_at: datetime
    accessible: bool
    interpreters: tuple[str, ...]


class Booking(BaseModel):
    """Who wants which slot. Lengths are limits, not wishes."""

    slot_id: str = Field(max_length=80)
    name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=254)
    needs: str = Field(default="", max_length=2000)


def appointment_router(council: Council) -> APIRouter:
    """``GET /appointments/slots``, ``POST /appointments``, GET and DELETE of a reference."""
    router = APIRouter(
        prefix="/appointments", dependencies=[Depends(failing(council, "appointments"))]
    )
    made = _Slots(council)

    @router.get("/slots")
    def slots(
        from_: Annotated[date | None, Query(alias="from")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        place: str = "",
        accessible: bool = False,
        interpreter: str = "",
    ) -> dict[str, object]:
        taken = _taken(council)
        free = [
            slot
            for slot in made()
            if slot.id not in taken
            and slot.starts_at.date() >= (from_ or council.today())
            and place in {"", slot.library.id}
            and (slot.accessible or not accessible)
            and (not interpreter or interpreter in slot.interpreters)
        ]
        return {"slots": [_shown(slot) for slot in free[:limit]]}

    @router.post("")
    def book(
        booking: Booking, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> JSONResponse:
        slot = next((s for s in made() if s.id == booking.slot_id), None)
        if slot is None:
            return JSONResponse({"error": "There is no such slot", "code": "no_such_slot"}, 404)
        return _book(council, slot, booking, idempotency_key or secrets.token_hex(16))

    @router.get("/{reference}")
    def show(reference: str) -> JSONResponse:
        row = _booking(council, reference)
        if row is None or row["cancelled_at"]:
            return JSONResponse({"error": "There is no such appointment"}, 404)
        slot = next((s for s in made() if s.id == row["slot_id"]), None)
        return JSONResponse({"reference": reference, **(_shown(slot) if slot else {})})

    @router.delete("/{reference}")
    def cancel(reference: str) -> Response:
        if _booking(council, reference) is None:
            return JSONResponse({"error": "There is no such appointment"}, 404)
        with council.store.writing() as connection:
            connection.execute(
                "UPDATE bookings SET cancelled_at = ? WHERE reference = ? AND cancelled_at IS NULL",
                (council.now().isoformat(), reference),
            )
        return Response(status_code=204)

    return router


class _Slots:
    """The slots of a day, made once: a hundred people asking at once must not wait for it."""

    def __init__(self, council: Council) -> None:
        self._council = council
        self._made: tuple[date, list[_Slot]] = (date.min, [])

    def __call__(self) -> list[_Slot]:
        today = self._council.today()
        if self._made[0] != today:
            self._made = (today, all_slots(self._council))
        return self._made[1]


def all_slots(council: Council) -> list[_Slot]:
    """Every slot from tomorrow to four weeks on, taken or not, soonest first."""
    today = council.today()
    days = (today + timedelta(days=n) for n in range(1, HORIZON.days + 1))
    slots = [
        _slot(library, day, hour, today)
        for day in days
        for library in council.libraries
        for hour in _hours(library.opening[DAYS[day.weekday()]])
    ]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.id))


def _hours(opening: str) -> Iterator[int]:
    if opening.startswith(("AM", "All Day")):
        yield from (10, 11)
    if opening.startswith(("AM &", "PM", "All Day")):
        yield from (14, 15)


def _slot(library: Library, day: date, hour: int, today: date) -> _Slot:
    starts_at = datetime.combine(day, time(hour), ZoneInfo(COUNCIL_ZONE))
    return _Slot(
        id=f"{library.id}-{starts_at:%Y%m%dT%H%M}",
        library=library,
        starts_at=starts_at,
        accessible=hour in {10, 14},  # invented, like the slots: not a claim about a building
        interpreters=INTERPRETERS if day >= today + NOTICE else (),
    )


def _shown(slot: _Slot) -> dict[str, object]:
    library = slot.library
    return {
        "id": slot.id,
        "place": {
            "id": library.id,
            "name": library.name,
            "address": library.address,
            "postcode": library.postcode,
        },
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": (slot.starts_at + LENGTH).isoformat(),
        "accessible": slot.accessible,
        "interpreters": list(slot.interpreters),
    }


def _book(council: Council, slot: _Slot, booking: Booking, key: str) -> JSONResponse:
    reference = "A-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
    values = (reference, slot.id, _contact(booking), key, council.now().isoformat())
    try:
        with council.store.writing() as connection:
            connection.execute("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, NULL)", values)
    except sqlite3.IntegrityError:
        return _again_or_taken(council, slot, key)
    return JSONResponse({"reference": reference, **_shown(slot)}, 201)


def _again_or_taken(council: Council, slot: _Slot, key: str) -> JSONResponse:
    found = council.store.rows("SELECT * FROM bookings WHERE idempotency_key = ?", key)
    if found and found[0]["slot_id"] != slot.id:
        said = {"error": "That key belongs to another booking", "code": "key_reused"}
        return JSONResponse(said, 422)
    if found and not found[0]["cancelled_at"]:
        return JSONResponse({"reference": found[0]["reference"], **_shown(slot)}, 200)
    return JSONResponse({"error": "That slot has just gone", "code": "slot_taken"}, 409)


def _contact(booking: Booking) -> str:
    return json.dumps(booking.model_dump(exclude={"slot_id"}), ensure_ascii=False)


def _taken(council: Council) -> set[str]:
    rows = council.store.rows("SELECT slot_id FROM bookings WHERE cancelled_at IS NULL")
    return {row["slot_id"] for row in rows}


def _booking(council: Council, reference: str) -> sqlite3.Row | None:
    rows = council.store.rows("SELECT * FROM bookings WHERE reference = ?", reference)
    return rows[0] if rows else None
