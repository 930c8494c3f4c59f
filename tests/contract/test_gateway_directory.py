"""What the directory port promises: 3.0 and 1.x, the standard's own examples, any nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.gateways.base import GatewayNonsense, Remote
from actions.gateways.clock import utc_now
from actions.gateways.directory import HelpNear, HttpDirectory, read_help
from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import OVER, SHROPSHIRE, Served, serving

SHREWSBURY = ("SY1 2AS", 52.7107, -2.7509)


@pytest.fixture(scope="module", params=OVER)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, request.param) as served:
        yield served


def near(served: Served, path: str, **asked: Any) -> HelpNear:
    async def run() -> HelpNear:
        async with served.client() as client:
            settings = replace(SHROPSHIRE, directory_url=served.url + path)
            gate = served.gateways(client, settings).directory
            return await gate.near(*SHREWSBURY, **asked)

    return asyncio.run(run())


def test_both_versions_give_the_same_help(served: Served) -> None:
    new = near(served, "/directory", words=("support",), n=20)
    old = near(served, "/directory-1", words=("support",), n=20)
    assert new.found == old.found and len(new.found) >= 4
    assert [one.distance_km for one in new.found] == sorted(one.distance_km for one in new.found)
    first = next(one for one in new.found if one.name == "Carers' circle")
    assert first.step_free is True and first.phone == "01632 960101"
    assert "Castle Gates" in first.place and first.openings[0].weekdays == {1, 3}
    assert new.fetched_at.tzinfo and "/directory" in new.source


def test_what_has_ended_or_is_too_far_is_not_offered(served: Served) -> None:
    names = {one.name for one in near(served, "/directory", n=50, metres=5_000).found}
    assert "A group that has ended" not in names and "Men's shed" not in names
    assert "Bayston" not in str(names) and "Carers' circle" in names
    assert near(served, "/directory", words=("basket weaving",)).found == ()


def paged(pages: list[list[dict[str, Any]]], old: bool) -> HelpNear:
    """Ask a directory that gives one page at a time."""

    def answer(request: httpx.Request) -> httpx.Response:
        if old and request.url.path.endswith("at_locations"):
            return httpx.Response(404, json={"error": "Not found"})
        number = int(request.url.params["page"])
        names = ("number", "last", "content") if old else ("page_number", "last_page", "contents")
        values = (number, number == len(pages), pages[number - 1])
        return httpx.Response(200, json=dict(zip(names, values, strict=True)))

    async def run() -> HelpNear:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            gate = HttpDirectory(Remote(client, "http://council.test/oruk"), utc_now)
            return await gate.near(*SHREWSBURY, n=50)

    return asyncio.run(run())


def a_place(number: int) -> dict[str, Any]:
    place = {"name": f"Hall {number}", "latitude": 52.71, "longitude": -2.75 + number / 1000}
    return {"service": {"name": "Club"}, "location": place}


@pytest.mark.parametrize("old", [False, True], ids=["3.0", "1.x"])
def test_every_page_is_read(old: bool) -> None:
    pages = [[a_place(1), a_place(2)], [a_place(3)], [a_place(1)]]
    assert [one.place for one in paged(pages, old).found] == ["Hall 1", "Hall 2", "Hall 3"]


def test_a_page_without_contents_is_nonsense() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"services": []})

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            gate = HttpDirectory(Remote(client, "http://council.test"), utc_now)
            with pytest.raises(GatewayNonsense):
                await gate.near(*SHREWSBURY)

    asyncio.run(run())


def test_a_service_in_the_standards_full_shape_is_read() -> None:
    """Field names and nesting as in the HSDS-UK 3.0 examples; the words are ours."""
    place = {
        "name": "Town hall",
        "latitude": 52.7,
        "longitude": -2.7,
        "addresses": [{"address_1": "1 High Street", "city": "Here", "postal_code": "SY1 1AA"}],
        "accessibility": [{"description": "Wheelchair access on all floors."}],
    }
    times = {"freq": "WEEKLY", "byday": "TH,FR", "opens_at": "10:00:00", "closes_at": "18:00:00"}
    item = {
        "id": "s1",
        "name": "Talking help",
        "status": "active",
        "organization": {"name": "Helpers"},
        "schedules": [times | {"valid_from": "2005-01-01", "valid_to": "2005-01-01"}],
        "service_at_locations": [{"id": "x", "location": place}],
        "phones": [{"number": "01632 960110"}],
    }
    (found,) = read_help([item], 52.7, -2.7)
    assert (found.organisation, found.phone, found.step_free) == ("Helpers", "01632 960110", True)
    assert found.place == "Town hall, 1 High Street, Here, SY1 1AA"
    assert found.openings[0].weekdays == {3, 4} and found.openings[0].ends is None


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "service", "location", "latitude", "longitude", "schedules", "addresses"]
                + ["accessibility", "phones", "organization", "service_at_locations", "status"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.sampled_from(["service", "location", "name"]), _ANY)))
def test_any_items_are_read_or_are_nonsense(items: list[dict[str, Any]]) -> None:
    try:
        found = read_help(json.loads(json.dumps(items)), 52.7, -2.7)
    except GatewayNonsense:
        return
    assert all(one.name for one in found)


def test_the_invented_groups_say_that_they_are() -> None:
    data = Path(__file__).parents[2] / "actions" / "data" / "sandbox_directory.json"
    assert "none of these groups is real" in json.loads(data.read_text("utf-8"))["note"]
