"""Book a face-to-face appointment. Two people can never get the same slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


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

    async def cancel(self, reference: str) -> None:
        """Free the slot again. Cancelling twice is fine."""
