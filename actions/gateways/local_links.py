"""Find the council's own page for a service, in the right tier of council."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot.errors import BadFile


@dataclass(frozen=True)
class Link:
    """A page to offer. ``interaction`` does the job; ``homepage`` is the best we know.
    ``authority`` is the council whose page it is (a county may run a district's service)."""

    url: str
    kind: Literal["interaction", "homepage"]
    authority: str = ""


class LocalLinks(Protocol):
    async def link(self, lgsl: int | None, lgil: int | None) -> Link:
        """The page for a service and interaction (LGIL 0 apply, 4 pay, 8 read, 17 report);
        the front page for a service without a code."""


@dataclass(frozen=True)
class Authority:
    """A council: ``tier`` is county, district or unitary; ``parent_id`` a district's county."""

    id: str
    gss: str
    tier: str
    parent_id: str
    slug: str
    name: str
    homepage: str


class TableLinks:
    """Links from the shipped tables. ``councils`` are ours and, for a district, its county."""

    def __init__(
        self,
        councils: tuple[Authority, ...],
        links: Mapping[tuple[str, int, int], str],
        tiers: Mapping[int, str],
    ) -> None:
        self._councils, self._links, self._tiers = councils, links, tiers

    async def link(self, lgsl: int | None, lgil: int | None) -> Link:
        if lgsl is None or lgil is None:
            return Link(self._councils[0].homepage, "homepage", self._councils[0].name)
        right_tier = self._tiers.get(lgsl, "all")
        council = next((c for c in self._councils if _runs(c, right_tier)), self._councils[0])
        url = self._links.get((council.slug, lgsl, lgil))
        if url:
            return Link(url, "interaction", council.name)
        return Link(council.homepage, "homepage", council.name)


def _runs(council: Authority, right_tier: str) -> bool:
    return right_tier == "all" or council.tier in right_tier.split("/")


def load_local_links(directory: Path, slug: str) -> TableLinks:
    """The links of one council. Raises BadFile when the council is not in the table."""
    path = directory / "authorities.csv"
    authorities = [Authority(**row) for row in _rows(path)]  # columns are the fields
    ours = next((a for a in authorities if a.slug == slug), None)
    if ours is None:
        raise BadFile(path, None, f"there is no council {slug!r}", "Use a slug from this file")
    councils = (ours, *(a for a in authorities if a.id == ours.parent_id))
    slugs = {council.slug for council in councils}
    links = {
        (row["authority"], int(row["lgsl"]), int(row["lgil"])): row["url"]
        for row in _rows(directory / "local_links.csv")
        if row["authority"] in slugs
    }
    tiers = {int(row["lgsl"]): row["tier"] for row in _rows(directory / "service_tiers.csv")}
    return TableLinks(councils, links, tiers)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
