"""A point on the map in what somebody sends: two numbers, or a map's link."""

from __future__ import annotations

import re

from bot.folding import fold

_POINT = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{3,})\s*[,;\s]\s*(-?\d{1,3}\.\d{3,})(?![\d.])")
_SOUTH, _NORTH, _WEST, _EAST = 49.0, 61.5, -9.0, 2.5
"""Degrees around the United Kingdom: a point elsewhere is a mistake, or no point."""


def find_point(text: str) -> tuple[float, float] | None:
    """Latitude and longitude (degrees) in a text or in a map's link, if they are in or near the
    United Kingdom. "Shared location" on a phone sends one or the other."""
    for found in _POINT.finditer(fold(text)):
        north, east = float(found[1]), float(found[2])
        if _SOUTH <= north <= _NORTH and _WEST <= east <= _EAST:
            return north, east
    return None
