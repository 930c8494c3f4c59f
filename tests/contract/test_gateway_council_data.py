"""What the postcode, bin and place ports promise, in memory and over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

import pytest

from actions.gateways import Gateways
from actions.gateways.base import GatewayRefused, PostcodeUnknown
from actions.gateways.clock import council_today
from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import OVER, Served, serving

Ask = Callable[[Callable[[Gateways], Awaitable[object]]], object]


@pytest.fixture(scope="module", params=OVER)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, request.param) as served:
        yield served


@pytest.fixture
def ask(served: Served) -> Ask:
    def ask(talk: Callable[[Gateways], Awaitable[object]]) -> object:
        async def run() -> object:
            async with served.client() as client:
                return await talk(served.gateways(client))

        return asyncio.run(run())

    return ask


@pytest.mark.parametrize("written", ["SY1 2AS", "sy12as", " Sy1  2aS ", "sy1-2as"])
def test_a_postcode_is_found_however_it_is_written(ask: Ask, written: str) -> None:
    place = ask(lambda gates: gates.postcodes.find(written))
    assert (place.postcode, place.district) == ("SY1 2AS", "Shropshire")
    assert (place.latitude, place.longitude) == (52.7107205, -2.7508929)
    assert place.district_code == "E06000051"
    assert place.ward is None and place.lsoa_code is None


@pytest.mark.parametrize(
    ("written", "malformed"),
    [
        ("SY1 1AA", False),
        ("SW1A 1AA", False),
        ("hello", True),
        ("", True),
        ("..", True),
        ("../faults", True),
        ("SY1 2AS; DROP TABLE", True),
        ("SY1\u00002AS", True),
        ("\ud800", True),
        ("ＳＹ１ ２ＡＳ", True),
        ("A" * 10_000, True),
    ],
)
def test_an_unknown_postcode_says_whether_it_is_one(
    ask: Ask, written: str, malformed: bool
) -> None:
    with pytest.raises(PostcodeUnknown) as unknown:
        ask(lambda gates: gates.postcodes.find(written))
    assert unknown.value.malformed is malformed


def test_bin_days_are_steady_and_say_where_from(ask: Ask) -> None:
    days = ask(lambda gates: gates.bins.collections("sy1 2as"))
    again = ask(lambda gates: gates.bins.collections("100071531030"))
    assert days.collections == again.collections
    assert {kind for kind, _ in days.collections} == {
        "General waste",
        "Recycling",
        "Garden waste",
    }
    dates = [day for _, day in days.collections]
    assert dates == sorted(dates) and dates[0] >= council_today()
    assert days.source.endswith("/sandbox/bins")
    assert abs((datetime.now(UTC) - days.fetched_at).total_seconds()) < 30


@pytest.mark.parametrize("home", ["SY1 1AA", "0", "", "not a home"])
def test_an_unknown_home_has_no_bin_days(ask: Ask, home: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        ask(lambda gates: gates.bins.collections(home))
    assert refusal.value.status == 404


def test_the_nearest_places_come_first(ask: Ask) -> None:
    places = ask(lambda gates: gates.places.near(52.7107205, -2.7508929, 3))
    assert [place.name for place in places][:2] == ["Shrewsbury library", "Library at the Lantern"]
    assert len(places) == 3
    assert places[0].distance_km == 0.0
    assert [p.distance_km for p in places] == sorted(p.distance_km for p in places)
    assert places[0].postcode == "SY1 2AS" and "Castle Gates" in places[0].address
    assert places[0].opening["sunday"] == "closed"
    assert places[0].opening["tuesday"] == "day_and_evening"
    assert places[0].step_free is None


@pytest.mark.parametrize("point", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0)])
def test_a_point_off_the_earth_is_refused(ask: Ask, point: tuple[float, float]) -> None:
    with pytest.raises(GatewayRefused):
        ask(lambda gates: gates.places.near(*point, 3))
