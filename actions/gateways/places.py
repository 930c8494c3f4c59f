"""Find the libraries and hubs nearest to a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class PlaceNear:
    """A place people can walk into, and how far it is in a straight line.

    ``opening``: day name → closed, morning, afternoon, evening, day, day_with_break,
    day_and_evening, day_and_evening_with_break, afternoon_and_evening,
    morning_and_evening or ask. These are parts of the day, not clock times: say "check
    before you travel". ``step_free`` is None where nobody has said.
    """

    name: str
    address: str
    postcode: str
    distance_km: float
    opening: Mapping[str, str]
    step_free: bool | None = None
    id: str = ""


class Places(Protocol):
    async def near(self, latitude: float, longitude: float, n: int) -> tuple[PlaceNear, ...]:
        """The ``n`` nearest places, nearest first. Raises GatewayUnavailable,
        GatewayRefused or GatewayNonsense."""
