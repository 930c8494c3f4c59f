"""Find where a postcode is, in the shape postcodes.io speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from actions.gateways.base import (
    GatewayNonsense,
    GatewayRefused,
    PostcodeUnknown,
    Remote,
    in_path,
)
from actions.gateways.wire import as_float, as_object, as_text


@dataclass(frozen=True)
class Place:
    """Where a postcode is. Degrees are WGS84; None where the source does not say."""

    postcode: str
    latitude: float | None
    longitude: float | None
    district: str | None
    ward: str | None
    lsoa_code: str | None
    district_code: str | None = None


class Postcodes(Protocol):
    async def find(self, postcode: str) -> Place:
        """Raises PostcodeUnknown, GatewayUnavailable or GatewayNonsense."""


_SHAPE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


class HttpPostcodes:
    """postcodes.io, or one's own copy of it. ``remote`` is what ``/postcodes/`` is under."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def find(self, postcode: str) -> Place:
        tidy = tidy_postcode(postcode)
        if tidy is None:
            raise PostcodeUnknown(postcode, malformed=True)
        try:
            answer = await self._remote.get(f"/postcodes/{in_path(tidy)}")
        except GatewayRefused as refusal:
            if refusal.status != 404:
                raise
            malformed = refusal.description.lower().startswith("invalid")
            raise PostcodeUnknown(tidy, malformed=malformed) from refusal
        return read_place(answer)


def tidy_postcode(text: str) -> str | None:
    """``sy12as`` → ``SY1 2AS``; None for what is not shaped like a postcode."""
    joined = re.sub(r"[\s.-]", "", text).upper()
    return f"{joined[:-3]} {joined[-3:]}" if _SHAPE.fullmatch(joined) else None


def read_place(answer: object) -> Place:
    """The place in a postcodes.io answer. ``lsoa`` there is a name; the code is in ``codes``."""
    result = as_object(as_object(answer, "answer").get("result"), "result")
    codes = result.get("codes")
    codes = codes if isinstance(codes, dict) else {}
    postcode = tidy_postcode(as_text(result.get("postcode")))
    if postcode is None:
        raise GatewayNonsense("There was no postcode in the answer")
    latitude, longitude = read_point(result.get("latitude"), result.get("longitude"))
    return Place(
        postcode=postcode,
        latitude=latitude,
        longitude=longitude,
        district=as_text(result.get("admin_district")) or None,
        ward=as_text(result.get("admin_ward")) or None,
        lsoa_code=as_text(codes.get("lsoa")) or None,
        district_code=as_text(codes.get("admin_district")) or None,
    )


def read_point(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Degrees, or two Nones when either is missing or off the Earth."""
    north, east = as_float(latitude), as_float(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None, None
    return north, east
