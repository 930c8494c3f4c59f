"""Find where a postcode is, in the shape postcodes.io speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
