"""Distance between two points on the Earth, in a straight line."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088  # mean radius (IUGG)


def kilometres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Kilometres by the haversine formula; degrees in. Within half a percent of the truth."""
    north = radians(other_latitude - latitude) / 2
    east = radians(other_longitude - longitude) / 2
    slant = sin(north) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(slant)))
