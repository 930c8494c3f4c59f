"""A place that a citizen named, on a map. Nothing is sent until somebody follows the link."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

PLACES = frozenset({"where", "near", "postcode", "house and road", "place", "address"})
"""What a form calls a place in an agent's words (``label_…`` in bot/replies/en.po)."""
MAP = "https://www.openstreetmap.org/"
_POINT = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{3,})\s*[,;\s]\s*(-?\d{1,3}\.\d{3,})(?![\d.])")


def map_link(label: str, value: str) -> str:
    """The address of a map that shows ``value``; empty where ``label`` is no place."""
    if label.casefold() not in PLACES or not any(c.isalnum() for c in value):
        return ""
    point = _POINT.search(value)
    if point:
        north, east = point.groups()
        return f"{MAP}?{urlencode({'mlat': north, 'mlon': east})}#map=18/{north}/{east}"
    return f"{MAP}search?query={quote(value[:200], safe='')}"
