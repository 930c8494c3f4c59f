"""Find the libraries and hubs nearest to a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from actions.gateways.base import GatewayNonsense, Remote
from actions.gateways.geo import kilometres_between
from actions.gateways.postcodes import read_point
from actions.gateways.wire import as_object, as_objects, as_text

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


# The libraries file's words for the parts of the day a place is open.
_PARTS_OF_DAY = {
    "closed": "closed",
    "am only": "morning",
    "pm only": "afternoon",
    "eve only": "evening",
    "am & pm (continuous)": "day",
    "am & pm (with closure)": "day_with_break",
    "all day (continuous)": "day_and_evening",
    "all day (with closure)": "day_and_evening_with_break",
    "pm & eve (continuous)": "afternoon_and_evening",
    "pm & eve (with closure)": "afternoon_and_evening",
    "am & eve": "morning_and_evening",
}


class HttpPlaces:
    """The council's list of places, as JSON. ``remote`` is the endpoint itself."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def near(self, latitude: float, longitude: float, n: int) -> tuple[PlaceNear, ...]:
        asked = {"lat": f"{latitude:.6f}", "long": f"{longitude:.6f}", "limit": str(n)}
        return read_places(await self._remote.get("", asked), latitude, longitude)[:n]


def read_places(answer: object, latitude: float, longitude: float) -> tuple[PlaceNear, ...]:
    """Every place that says its name and where it is, nearest first."""
    items = as_objects(as_object(answer, "answer").get("places"), "places")
    if any("name" not in item for item in items):
        raise GatewayNonsense("A place came without a name")
    places = (_place(item, latitude, longitude) for item in items)
    return tuple(sorted(filter(None, places), key=lambda place: place.distance_km))


def _place(item: Mapping[str, object], latitude: float, longitude: float) -> PlaceNear | None:
    north, east = read_point(item.get("latitude"), item.get("longitude"))
    name, step_free = as_text(item.get("name")), item.get("step_free")
    if north is None or east is None or not name:
        return None
    return PlaceNear(
        name=name,
        address=as_text(item.get("address")),
        postcode=as_text(item.get("postcode")),
        distance_km=round(kilometres_between(latitude, longitude, north, east), 2),
        opening=_opening(item.get("opening")),
        step_free=step_free if isinstance(step_free, bool) else None,
        id=as_text(item.get("id")),
    )


def _opening(value: object) -> dict[str, str]:
    said = value if isinstance(value, dict) else {}
    known = set(_PARTS_OF_DAY.values())
    words = {day: as_text(said.get(day)).lower() for day in DAYS}
    return {
        day: word if word in known else _PARTS_OF_DAY.get(word, "ask")
        for day, word in words.items()
    }
