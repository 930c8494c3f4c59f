"""The sandbox council keeps what it is told, is strict as a council is, and invents no place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from actions.gateways.bins import check_plausible
from actions.gateways.postcodes import tidy_postcode
from actions.sandbox import create_sandbox
from actions.sandbox.app import DATA
from actions.sandbox.bins import bin_days
from actions.sandbox.libraries import load_libraries
from actions.sandbox.open311_services import load_services
from tests.unit.actions.sandbox.serve import InMemory

LIBRARIES = load_libraries(DATA / "sandbox_libraries.csv")
V2 = "/open311/v2"
HOLE = {"service_code": "POTHOLE", "lat": "52.7", "long": "-2.7", "attribute[size]": "small"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sandbox.db"


@pytest.fixture
def client(database: Path) -> InMemory:
    return InMemory(create_sandbox(database))


def test_what_it_is_told_survives_a_restart(client: InMemory, database: Path) -> None:
    told = client.post(f"{V2}/requests.json", data=HOLE).json()[0]["service_request_id"]
    slot = client.get("/appointments/slots?limit=1").json()["slots"][0]["id"]
    booked = client.post("/appointments", json={"slot_id": slot}).json()["reference"]
    client.post("/faults", json={"gateway": "bins", "mode": "down"})
    again = InMemory(create_sandbox(database))
    assert again.get(f"{V2}/requests/{told}.json").json()[0]["status"] == "open"
    assert again.get(f"/appointments/{booked}").json()["id"] == slot
    assert again.post("/appointments", json={"slot_id": slot}).status_code == 409
    assert again.get("/bins?postcode=SY1 2AS").status_code == 503


def test_a_request_is_shown_as_the_standard_says_and_without_the_sender(
    client: InMemory,
) -> None:
    sender = {"first_name": "Canary", "email": "canary@example.org", "phone": "07700900123"}
    picture = {"media_url": "http://example.org/1.jpg", "api_key": "any"}
    client.post(f"{V2}/requests.json", data=HOLE | sender | picture)
    answer = client.get(f"{V2}/requests.json?extensions=true")
    row = answer.json()[0]
    assert row["service_request_id"] == 1 and row["agency_responsible"] == "The sandbox council"
    assert row["extended_attributes"] == {"size": "small"}
    assert row["media_url"] == "http://example.org/1.jpg"
    assert row["requested_datetime"].endswith("+00:00")
    assert "anary" not in answer.text and "07700" not in answer.text
    assert "anary" not in client.get("/").text


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "service_code is required"),
        (HOLE | {"service_code": "X"}, 404, "service_code was not found"),
        (HOLE | {"jurisdiction_id": "x.gov"}, 404, "jurisdiction_id was not found"),
        (HOLE | {"lat": ""}, 400, "lat and long must both be numbers"),
        (HOLE | {"lat": "nan"}, 400, "on the Earth"),
        (HOLE | {"lat": "inf"}, 400, "on the Earth"),
        (HOLE | {"attribute[size]": " "}, 400, "attribute[size] is required"),
        (HOLE | {"attribute[size]": "small'--"}, 400, "must be one of its values"),
        (
            {
                "service_code": "BULKY_WASTE",
                "address_string": "1",
                "attribute[item]": "bed",
                "attribute[count]": "lots",
            },
            400,
            "attribute[count] must be a number",
        ),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_wrong_report_is_refused_in_the_form_asked_for(
    client: InMemory, body: dict[str, str], status: int, words: str, form: str
) -> None:
    answer = client.post(f"{V2}/requests.{form}", data=body)
    assert answer.status_code == status
    if form == "json":
        error = answer.json()[0]
        assert error["code"] == status and words in error["description"]
    else:
        assert words in (fromstring(answer.text).findtext("error/description") or "")
    assert client.get(f"{V2}/requests.json").json() == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 300, b"description=" + b"x" * 300_000])
def test_a_body_that_is_no_form_is_refused(client: InMemory, body: bytes) -> None:
    answer = client.post(f"{V2}/requests.json", content=body)
    assert answer.status_code == 400 and answer.json()[0]["code"] == 400


@pytest.mark.parametrize(
    "path",
    [
        "services/NOPE.json",
        "requests/77.json",
        "requests/x'--.json",
        "tokens/none.json",
        "services.json?jurisdiction_id=other",
    ],
)
def test_what_is_not_there_is_a_404_with_a_reason(client: InMemory, path: str) -> None:
    answer = client.get(f"{V2}/{path}")
    assert answer.status_code == 404 and answer.json()[0]["description"]


def test_booleans_are_sent_as_councils_send_them(client: InMemory) -> None:
    services = client.get(f"{V2}/services.json").json()
    assert {type(service["metadata"]) for service in services} == {str, bool}
    attributes = client.get(f"{V2}/services/POTHOLE.json").json()["attributes"]
    assert all(attribute["required"] in {"true", "false"} for attribute in attributes)


def test_a_search_by_time_and_state(client: InMemory) -> None:
    client.post(f"{V2}/requests.json", data=HOLE)
    found = f"{V2}/requests.json?service_code=POTHOLE,X&status=open,closed"
    assert len(client.get(found).json()) == 1
    assert client.get(f"{V2}/requests.json?status=closed").json() == []
    assert client.get(f"{V2}/requests.json?end_date=2020-01-01T00:00:00Z").json() == []
    assert client.get(f"{V2}/requests.json?start_date=2099-01-01T00:00:00Z").json() == []
    assert client.get(f"{V2}/requests.json?start_date=yesterday").status_code == 400


def test_an_update_needs_a_known_report_and_state(client: InMemory) -> None:
    path = f"{V2}/servicerequestupdates.json"
    unknown = {"service_request_id": "5", "status": "fixed"}
    assert client.post(path, data=unknown).status_code == 404
    assert client.post(path, data={"status": "vanished"}).status_code == 400
    assert client.get(path).json() == []


def test_an_unknown_fault_is_refused(client: InMemory) -> None:
    assert client.post("/faults", json={"gateway": "moon", "mode": "down"}).status_code == 422
    assert set(client.get("/faults").json().values()) == {"ok"}


def test_the_database_itself_refuses_a_shared_slot(client: InMemory, database: Path) -> None:
    slot = client.get("/appointments/slots?limit=1").json()["slots"][0]["id"]
    assert client.post("/appointments", json={"slot_id": slot}).status_code == 201
    connection = sqlite3.connect(database)
    try:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO bookings VALUES ('A', ?, '', 'k', '', NULL)", (slot,))
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/faults", "/places?lat=52&long=-2", "/appointments/slots"])
def test_every_page_answers(client: InMemory, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_front_page_says_it_is_not_real_and_links_work(client: InMemory) -> None:
    page = client.get("/")
    assert "not a real council" in page.text
    assert page.headers["content-security-policy"] == "default-src 'none'"
    links = [part.split('"')[0] for part in page.text.split('href="')[1:]]
    assert len(links) == 10
    for link in links:
        assert client.get("/" + link.replace("&amp;", "&")).status_code == 200, link


def test_bin_days_are_always_plausible_and_steady() -> None:
    for day in (date(2026, 2, 20) + timedelta(days=n) for n in range(0, 400, 3)):
        for library in LIBRARIES:
            days = bin_days(library.postcode, day)
            check_plausible(tuple(days), day)
            assert days == bin_days(library.postcode, day)
            assert all(each.weekday() < 5 for _, each in days)
            soonest = next(each for kind, each in days if kind == "Recycling")
            if soonest > day:
                later = bin_days(library.postcode, day + timedelta(days=1))
                assert soonest == next(each for kind, each in later if kind == "Recycling")


def test_the_libraries_are_shropshires_own() -> None:
    assert len(LIBRARIES) == len({library.id for library in LIBRARIES}) == 21
    assert all(tidy_postcode(library.postcode) == library.postcode for library in LIBRARIES)
    assert all(52.2 < library.latitude < 53.1 for library in LIBRARIES)
    assert all(-3.3 < library.longitude < -2.2 for library in LIBRARIES)
    assert not any("Prison" in library.name for library in LIBRARIES)


def test_every_text_is_in_both_languages_and_every_service_complete() -> None:
    def texts(value: object) -> Iterator[dict[str, str]]:
        if isinstance(value, dict) and set(value) == {"en", "cy"}:
            yield value
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from texts(inner)

    services = load_services(DATA / "sandbox_open311.json")
    assert all(bool(text["en"]) is bool(text["cy"]) for text in texts(list(services.values())))
    for service in services.values():
        codes = [attribute["code"] for attribute in service["attributes"]]
        assert len(codes) == len(set(codes))
        hidden = [a for a in service["attributes"] if "automated" in a]
        assert hidden and json.dumps(service)
