"""Book a face-to-face appointment. Two people can never get the same slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from icalendar import Calendar, Event

from actions.gateways.base import GatewayNonsense, GatewayRefused, Remote, SlotTaken, in_path
from actions.gateways.clock import as_local, utc_now
from actions.gateways.wire import (
    as_bool,
    as_object,
    as_objects,
    as_text,
    as_texts,
    as_time,
    sendable,
)


@dataclass(frozen=True)
class Slot:
    """A free appointment. Times carry their zone. ``interpreters``: language codes, or bsl."""

    id: str
    place_id: str
    place: str
    starts_at: datetime
    ends_at: datetime
    accessible: bool = False
    interpreters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """Who is coming, how to reach them, and what they need on the day."""

    name: str = ""
    phone: str = ""
    email: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Appointment:
    """A booked appointment. ``place`` is name and address in one line."""

    reference: str
    place: str
    starts_at: datetime
    ends_at: datetime


class Appointments(Protocol):
    """Every method raises GatewayUnavailable, GatewayRefused or GatewayNonsense."""

    async def slots(
        self,
        place_id: str | None,
        from_date: date,
        n: int,
        accessible: bool = False,
        interpreter: str | None = None,
    ) -> tuple[Slot, ...]:
        """Up to ``n`` free slots from a date on, soonest first."""

    async def book(self, slot_id: str, contact: Contact, idempotency_key: str) -> Appointment:
        """Raises SlotTaken when it has gone. The same key gives the same appointment."""

    async def show(self, reference: str) -> Appointment:
        """A booked appointment. Raises GatewayRefused when there is none, or no more."""

    async def cancel(self, reference: str) -> None:
        """Free the slot again. Cancelling twice is fine."""


class HttpAppointments:
    """The booking system, as JSON. ``remote`` is what ``/slots`` is under."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def slots(
        self,
        place_id: str | None,
        from_date: date,
        n: int,
        accessible: bool = False,
        interpreter: str | None = None,
    ) -> tuple[Slot, ...]:
        asked = {
            "from": from_date.isoformat(),
            "limit": str(n),
            "place": place_id or "",
            "accessible": "true" if accessible else "",
            "interpreter": interpreter or "",
        }
        asked = {name: value for name, value in asked.items() if value}
        return read_slots(await self._remote.get("/slots", asked))[:n]

    async def book(self, slot_id: str, contact: Contact, idempotency_key: str) -> Appointment:
        known = {name: sendable(value) for name, value in asdict(contact).items()}
        try:
            answer = await self._remote.post(
                "",
                json={"slot_id": sendable(slot_id), **known},
                headers={"Idempotency-Key": in_path(idempotency_key)},
                repeatable=True,
            )
        except GatewayRefused as refusal:
            if refusal.status == 409:
                raise SlotTaken(slot_id) from refusal
            raise
        return read_appointment(answer)

    async def show(self, reference: str) -> Appointment:
        return read_appointment(await self._remote.get(f"/{in_path(reference)}"))

    async def cancel(self, reference: str) -> None:
        await self._remote.delete(f"/{in_path(reference)}")


def read_slots(answer: object) -> tuple[Slot, ...]:
    """The free slots, soonest first."""
    items = as_objects(as_object(answer, "answer").get("slots"), "slots")
    return tuple(sorted(map(_slot, items), key=lambda slot: (slot.starts_at, slot.id)))


def _slot(item: Mapping[str, object]) -> Slot:
    ident, (starts_at, ends_at) = as_text(item.get("id")), _times(item)
    place = as_object(item.get("place"), "place")
    if not ident:
        raise GatewayNonsense("A slot came without an id")
    return Slot(
        id=ident,
        place_id=as_text(place.get("id")),
        place=_one_line(place),
        starts_at=starts_at,
        ends_at=ends_at,
        accessible=as_bool(item.get("accessible")),
        interpreters=as_texts(item.get("interpreters")),
    )


def read_appointment(answer: object) -> Appointment:
    """The appointment that was booked."""
    item = as_object(answer, "appointment")
    reference, (starts_at, ends_at) = as_text(item.get("reference")), _times(item)
    if not reference:
        raise GatewayNonsense("The appointment came without a reference")
    return Appointment(
        reference, _one_line(as_object(item.get("place"), "place")), starts_at, ends_at
    )


def _times(item: Mapping[str, object]) -> tuple[datetime, datetime]:
    starts_at, ends_at = as_time(item.get("starts_at")), as_time(item.get("ends_at"))
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        raise GatewayNonsense("An appointment came without its times")
    return as_local(starts_at), as_local(ends_at)


def _one_line(place: Mapping[str, object]) -> str:
    parts = (as_text(place.get(part)) for part in ("name", "address", "postcode"))
    line = ", ".join(part for part in parts if part)
    if not line:
        raise GatewayNonsense("An appointment came without its place")
    return line


def to_ics(appointment: Appointment, stamp: datetime | None = None) -> str:
    """A calendar file with the appointment in it. ``stamp``: when the file was made."""
    event = Event()
    event.add("uid", f"{appointment.reference}@fairway")
    event.add("dtstamp", (stamp or utc_now()).astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("summary", f"Council appointment {appointment.reference}")
    event.add("location", appointment.place)
    calendar = Calendar()
    calendar.add("prodid", "-//Fairway//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
