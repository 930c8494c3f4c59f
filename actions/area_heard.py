"""Note the small area of a postcode that was looked up, for the turn record and the audit.

Many tasks look postcodes up; none has to know that the audit wants to hear of it. What is noted
is the area of some 1,500 people, and never told to routing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from actions.gateways.postcodes import Place, Postcodes

_heard: ContextVar[list[str] | None] = ContextVar("areas heard in this turn", default=None)


class NotingPostcodes:
    """``inner`` with every area it finds noted for the turn under way."""

    def __init__(self, inner: Postcodes) -> None:
        self._inner = inner

    async def find(self, postcode: str) -> Place:
        """As ``inner`` does, with its errors."""
        place = await self._inner.find(postcode)
        noted = _heard.get()
        if noted is not None and place.lsoa_code:
            noted.append(place.lsoa_code)
        return place


@contextmanager
def listening() -> Iterator[list[str]]:
    """The areas found meanwhile, in order."""
    noted: list[str] = []
    before = _heard.set(noted)
    try:
        yield noted
    finally:
        _heard.reset(before)
