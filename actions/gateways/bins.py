"""Find when a home's bins are collected, and refuse dates that cannot be true."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from actions.gateways.base import GatewayNonsense, Remote
from actions.gateways.clock import council_date
from actions.gateways.postcodes import tidy_postcode
from actions.gateways.wire import as_object, as_objects, as_text, as_time


@dataclass(frozen=True)
class BinDays:
    """(bin type, date) pairs, soonest first; where they come from and when they were read."""

    collections: tuple[tuple[str, date], ...]
    source: str
    fetched_at: datetime


class Bins(Protocol):
    async def collections(self, uprn_or_postcode: str) -> BinDays:
        """Raises GatewayRefused (no such home), GatewayUnavailable, or GatewayNonsense."""


FURTHEST = timedelta(days=366)
_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


class HttpBins:
    """A service in UKBinCollectionData's shape. ``remote`` is the endpoint itself."""

    def __init__(self, remote: Remote, now: Callable[[], datetime]) -> None:
        """``now`` gives a time with a zone."""
        self._remote, self._now = remote, now

    async def collections(self, uprn_or_postcode: str) -> BinDays:
        asked = uprn_or_postcode.strip()
        postcode = tidy_postcode(asked)
        params = {"postcode": postcode} if postcode else {"uprn": asked}
        return read_bin_days(await self._remote.get("", params), self._remote.url, self._now())


def read_bin_days(answer: object, url: str, now: datetime) -> BinDays:
    """The bin days in an answer, if they can be true.

    The source's own ``source`` and ``fetched_at`` are kept where it gives them (a service
    that answers from a store says how old its answer is); else ``url`` and ``now``.
    """
    item = as_object(answer, "answer")
    found = {_collection(entry) for entry in as_objects(item.get("bins"), "bins")}
    collections = tuple(sorted(found, key=lambda each: (each[1], each[0])))
    check_plausible(collections, council_date(now))
    return BinDays(
        collections,
        source=as_text(item.get("source"), url),
        fetched_at=as_time(item.get("fetched_at")) or now,
    )


def _collection(entry: Mapping[str, object]) -> tuple[str, date]:
    kind, when = as_text(entry.get("type")), as_text(entry.get("collectionDate"))
    match = _DATE.fullmatch(when)
    if not kind or not match:
        raise GatewayNonsense(f"A bin came without a date: {when[:80]!r}")
    try:
        return kind, date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        raise GatewayNonsense(f"There is no such date: {when}") from error


def check_plausible(collections: tuple[tuple[str, date], ...], today: date) -> None:
    """Raises GatewayNonsense for the known ways in which bin services go wrong.

    None at all; a date gone by (an old page); more than a year away (a wrong year); three
    types or more all on one date (the reader took one date for every bin).
    """
    days = {day for _, day in collections}
    kinds = {kind for kind, _ in collections}
    if not days:
        raise GatewayNonsense("There were no bin days in the answer")
    if min(days) < today:
        raise GatewayNonsense("A bin day in the answer has already gone by")
    if max(days) > today + FURTHEST:
        raise GatewayNonsense("A bin day in the answer is more than a year away")
    if len(kinds) >= 3 and len(days) == 1:
        raise GatewayNonsense("Every bin in the answer has the same day")
