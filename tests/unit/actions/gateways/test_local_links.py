"""Links come from the right tier of council, and there is always a page to offer."""

from __future__ import annotations

import asyncio
import csv
from urllib.parse import urlsplit

import pytest

from actions.gateways import DATA
from actions.gateways.local_links import Link, TableLinks, load_local_links
from bot.errors import BadFile

POTHOLE, FLY_TIPPING, BIN_DAY, HOMELESS, UNKNOWN = 557, 587, 524, 112, 999_999


def link(links: TableLinks, lgsl: int, lgil: int) -> Link:
    return asyncio.run(links.link(lgsl, lgil))


def test_a_unitary_council_runs_everything() -> None:
    shropshire = load_local_links(DATA, "shropshire")
    report = link(shropshire, POTHOLE, 17)
    assert (report.kind, report.authority) == ("interaction", "Shropshire Council")
    assert "shropshire.gov.uk/hwmaint" in report.url


@pytest.mark.parametrize("lgsl", [HOMELESS, UNKNOWN, POTHOLE])
def test_the_homepage_is_offered_where_there_is_no_page(lgsl: int) -> None:
    home = link(load_local_links(DATA, "shropshire"), lgsl, 4)
    assert home == Link("http://www.shropshire.gov.uk/", "homepage", "Shropshire Council")


def test_a_districts_county_runs_the_roads_and_the_district_the_bins() -> None:
    links = load_local_links(DATA, "east-devon")
    assert link(links, POTHOLE, 17).authority == "Devon County Council"
    assert link(links, FLY_TIPPING, 17).authority == "East Devon District Council"
    assert link(links, BIN_DAY, 17).authority == "East Devon District Council"
    assert link(links, UNKNOWN, 0).authority == "East Devon District Council"


def test_a_county_alone_never_speaks_for_its_districts() -> None:
    links = load_local_links(DATA, "devon")
    assert link(links, POTHOLE, 17).authority == "Devon County Council"
    assert link(links, BIN_DAY, 17).kind == "homepage"


def test_an_unknown_council_stops_the_start_with_a_remedy() -> None:
    with pytest.raises(BadFile, match=r"authorities\.csv: there is no council 'atlantis'"):
        load_local_links(DATA, "atlantis")


def test_every_council_and_every_link_has_a_usable_address() -> None:
    for name, column in (("authorities.csv", "homepage"), ("local_links.csv", "url")):
        with (DATA / name).open(newline="", encoding="utf-8") as lines:
            urls = [urlsplit(row[column]) for row in csv.DictReader(lines)]
        assert len(urls) > 380
        assert all(url.scheme in {"http", "https"} and url.netloc for url in urls), name


def test_everything_shipped_is_attributed() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    shipped = [path.name for path in DATA.iterdir() if path.suffix in {".csv", ".json"}]
    assert all(f"`{name}`" in readme for name in shipped)
