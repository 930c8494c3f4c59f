"""Say which libraries and hubs are near: how far, when they are open as published."""

from __future__ import annotations

from actions.answer import Answer, Say
from actions.gateways import Gateways
from actions.gateways.base import PostcodeUnknown
from actions.gateways.places import DAYS, PlaceNear
from actions.words import Words

HOW_MANY = 3
_MILES = 0.621371
_STEP_FREE = {True: "place_step_free", False: "place_not_step_free", None: ""}


async def find_places(
    gateways: Gateways, postcode: str
) -> tuple[tuple[PlaceNear, ...], Say | None]:
    """The nearest places, or the reason why the postcode has to be asked again.

    Raises GatewayError when the places cannot be had.
    """
    try:
        where = await gateways.postcodes.find(postcode)
    except PostcodeUnknown:
        return (), Say("postcode_unknown_home", {"postcode": postcode})
    if where.latitude is None or where.longitude is None:
        return (), Say("postcode_unknown_home", {"postcode": postcode})
    return await gateways.places.near(where.latitude, where.longitude, HOW_MANY), None


def say_places(places: tuple[PlaceNear, ...], postcode: str, words: Words) -> Answer:
    """The list, with the advice to check before travelling."""
    lines = "\n".join(_line(number, place, words) for number, place in enumerate(places, start=1))
    return Answer().say("places_near", postcode=postcode, lines=lines)


def step_free_words(step_free: bool | None, words: Words) -> str:
    """What is known about steps; nothing where nobody has said."""
    key = _STEP_FREE[step_free]
    return words.text(key) if key else ""


def _line(number: int, place: PlaceNear, words: Words) -> str:
    step_free = step_free_words(place.step_free, words)
    line = words.text(
        "place_line",
        number=number,
        name=place.name,
        address=place.address,
        postcode=place.postcode,
        miles=f"{place.distance_km * _MILES:.1f}",
        opening=_opening(place, words),
    )
    return f"{line} {step_free}" if step_free else line


def _opening(place: PlaceNear, words: Words) -> str:
    """The days with the same hours together: "Mon, Tue, Thu: all day"."""
    days: dict[str, list[str]] = {}
    for number, day in enumerate(DAYS):
        part = place.opening.get(day, "ask")
        if part not in {"closed", "ask"}:
            days.setdefault(part, []).append(words.text(f"weekday_short_{number}"))
    if not days:
        return words.text("opening_ask")
    shown = (f"{', '.join(names)} {words.text(f'opening_{part}')}" for part, names in days.items())
    return "; ".join(shown)
