"""Find groups and services near a place, in the shapes Open Referral UK speaks.

Both are deployed: 3.0 (``contents``; places and distances on ``/service_at_locations``) and the
older 1.x (``content``; on ``/services``). Which one a directory speaks is found out from what
it answers, so nobody has to configure it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from actions.gateways.base import GatewayNonsense, GatewayRefused, Remote
from actions.gateways.geo import kilometres_between
from actions.gateways.opening import Opening, read_openings
from actions.gateways.postcodes import read_point
from actions.gateways.wire import as_bool, as_float, as_object, as_objects, as_text

MOST_PAGES = 5
PAGE_SIZE = 50


@dataclass(frozen=True)
class Help:
    """A service at a place. ``distance_km`` in a straight line; ``step_free`` None where
    nobody has said; ``phone`` and ``url`` may be empty."""

    name: str
    organisation: str
    place: str
    distance_km: float
    openings: tuple[Opening, ...] = ()
    phone: str = ""
    url: str = ""
    description: str = ""
    step_free: bool | None = None


@dataclass(frozen=True)
class HelpNear:
    """What is near, nearest first; where it was read and when."""

    found: tuple[Help, ...]
    source: str
    fetched_at: datetime


class Directory(Protocol):
    async def near(
        self,
        postcode: str,
        latitude: float,
        longitude: float,
        *,
        words: tuple[str, ...] = (),
        metres: int = 20_000,
        n: int = 3,
    ) -> HelpNear:
        """The ``n`` nearest active services that speak of one of ``words``. Raises
        GatewayUnavailable, GatewayRefused or GatewayNonsense."""


class HttpDirectory:
    """An Open Referral UK feed. ``remote`` is what ``/services`` is under."""

    def __init__(self, remote: Remote, now: Callable[[], datetime]) -> None:
        """``now`` gives a time with a zone."""
        self._remote, self._now = remote, now

    async def near(
        self,
        postcode: str,
        latitude: float,
        longitude: float,
        *,
        words: tuple[str, ...] = (),
        metres: int = 20_000,
        n: int = 3,
    ) -> HelpNear:
        asked = {"postcode": postcode, "proximity": str(metres)}
        try:
            items = await self._pages("/service_at_locations", asked)
        except GatewayRefused as refusal:
            if refusal.status != 404:
                raise
            items = await self._pages("/services", asked)  # a 1.x directory has no such path
        near = read_help(items, latitude, longitude)
        # A directory may ignore the distance, and few can search: both are seen to here.
        fitting = [h for h in near if h.distance_km * 1000 <= metres and _speaks_of(h, words)]
        return HelpNear(tuple(fitting[:n]), self._remote.url, self._now())

    async def _pages(self, path: str, asked: Mapping[str, str]) -> list[Mapping[str, object]]:
        items: list[Mapping[str, object]] = []
        for number in range(1, MOST_PAGES + 1):
            paging = {"page": str(number), "per_page": str(PAGE_SIZE)}
            answer = as_object(await self._remote.get(path, {**asked, **paging}), "page")
            items += _contents(answer)
            if _is_last(answer, number):
                break
        return items


def _contents(page: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    for name in ("contents", "content"):
        if name in page:
            return as_objects(page[name], name)
    raise GatewayNonsense("The page of services had no contents")


def _is_last(page: Mapping[str, object], number: int) -> bool:
    pages = as_float(page.get("total_pages", page.get("totalPages")))
    if pages is not None:
        return number >= pages
    return as_bool(page.get("last_page", page.get("last")), True)


def read_help(
    items: Iterable[Mapping[str, object]], latitude: float, longitude: float
) -> list[Help]:
    """Every active service with a name at a place that says where it is, nearest first; a
    service that is at a place twice is there once."""
    found = {
        (one.name, one.place): one
        for item in items
        for one in _at_places(item, latitude, longitude)
    }
    return sorted(found.values(), key=lambda one: (one.distance_km, one.name))


def _at_places(item: Mapping[str, object], latitude: float, longitude: float) -> Iterator[Help]:
    """The service of a ``service_at_location``, or a service at each of its places."""
    inner = item.get("service")
    if isinstance(inner, Mapping):
        places: Iterable[object] = [item.get("location") or {}]
    else:
        inner, at = item, item.get("service_at_locations")
        places = [one.get("location") or {} for one in as_objects(at, "places")] if at else []
    for place in places:
        if not isinstance(place, Mapping):
            continue
        made = _help(inner, place, item, latitude, longitude)
        if made:
            yield made


def _help(
    service: Mapping[str, object],
    place: Mapping[str, object],
    item: Mapping[str, object],
    latitude: float,
    longitude: float,
) -> Help | None:
    north, east = read_point(place.get("latitude"), place.get("longitude"))
    name = as_text(service.get("name"))
    if north is None or east is None or not name:
        return None
    if as_text(service.get("status"), "active").lower() != "active":
        return None
    organisation = service.get("organization")
    times = service.get("schedules") or service.get("regular_schedules")
    here = item.get("schedules") or place.get("schedules") or place.get("regular_schedules")
    return Help(
        name=name,
        organisation=as_text(organisation.get("name")) if isinstance(organisation, Mapping) else "",
        place=_one_line(place),
        distance_km=round(kilometres_between(latitude, longitude, north, east), 2),
        openings=read_openings(here or times),
        phone=_phone(service, place),
        url=as_text(service.get("url")),
        description=as_text(service.get("description")),
        step_free=_step_free(place),
    )


def _one_line(place: Mapping[str, object]) -> str:
    kept = place.get("addresses") or place.get("physical_addresses")
    addresses = as_objects(kept, "addresses") if kept else ()
    address = addresses[0] if addresses else {}
    first = as_text(place.get("name"))
    parts = (first, *(as_text(address.get(p)) for p in ("address_1", "city", "postal_code")))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _phone(service: Mapping[str, object], place: Mapping[str, object]) -> str:
    for holder in (place, service):
        phones = holder.get("phones")
        for phone in as_objects(phones, "phones") if phones else ():
            if as_text(phone.get("number")):
                return as_text(phone.get("number"))
    return ""


def _step_free(place: Mapping[str, object]) -> bool | None:
    """Only what is said in so many words: a wrong "yes" leaves somebody at the foot of stairs."""
    kept = place.get("accessibility") or place.get("accessibility_for_disabilities")
    said = " ".join(
        as_text(one.get("description") or one.get("accessibility")).lower()
        for one in (as_objects(kept, "accessibility") if kept else ())
    )
    if "not wheelchair" in said or "no wheelchair" in said or "no step-free" in said:
        return False
    return True if "wheelchair access" in said or "step-free" in said else None


def _speaks_of(help_: Help, words: tuple[str, ...]) -> bool:
    said = f"{help_.name} {help_.description}".lower()
    return not words or any(word.lower() in said for word in words)
