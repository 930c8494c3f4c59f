"""Somebody else's Open311 client (georeport, from PyPI) reads our sandbox council: what we call
GeoReport v2 is not only what we understand by it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from georeport import GeoReport

from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import Served, serving

REPORT = {
    "service_code": "POTHOLE",
    "lat": "52.7107",
    "long": "-2.7509",
    "description": "A deep hole",
    "attribute[size]": "large",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, "http") as served:
        for _ in range(2):  # it takes a list of one in XML for the thing itself
            sent = httpx.post(f"{served.url}/open311/v2/requests.json", data=REPORT, timeout=60)
            assert sent.status_code == 201
        yield served


@pytest.fixture(params=["json", "xml"])
def client(served: Served, request: pytest.FixtureRequest) -> GeoReport:
    return GeoReport(f"{served.url}/open311/v2", "shropshire", output_format=request.param)


def test_it_finds_every_service(client: GeoReport) -> None:
    services = client.get_service_list()
    codes = {one["service_code"] for one in services}
    assert codes == {"POTHOLE", "STREET_LIGHT", "FLY_TIPPING", "MISSED_BIN", "BULKY_WASTE"}
    assert all(str(one["metadata"]).lower() == "true" for one in services)


def test_it_reads_what_is_asked(client: GeoReport) -> None:
    definition = client.get_service_definition("POTHOLE")
    asked = definition["attributes"]
    asked = asked["attribute"] if isinstance(asked, dict) else asked
    assert definition["service_code"] == "POTHOLE"
    assert {"size", "position", "details", "easting"} <= {one["code"] for one in asked}


def test_it_finds_the_reports(client: GeoReport) -> None:
    found = client.get_service_requests(service_code="POTHOLE", status="open")
    assert [one["description"] for one in found] == ["A deep hole"] * 2
    one = client.get_service_request(str(found[0]["service_request_id"]))
    assert one["status"] == "open" and float(one["lat"]) == 52.7107
