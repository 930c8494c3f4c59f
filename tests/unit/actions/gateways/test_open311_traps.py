"""Answers in the shapes that councils' Open311 systems really send."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from actions.gateways.base import GatewayNonsense, GatewayRefused, Remote
from actions.gateways.open311 import HttpOpen311, NewRequest, ServiceDefinition
from actions.gateways.open311_wire import (
    read_definition,
    read_receipt,
    read_requests,
    read_services,
    read_updates,
    write_request,
)
from actions.gateways.wire import decode

HOLE = {"service_code": "001", "service_name": "Pothole", "metadata": True}


@pytest.mark.parametrize(
    "answer",
    [
        [HOLE],
        {"services": [HOLE]},
        {"services": {"service": [HOLE]}},
        {"services": {"service": HOLE}},
        HOLE,
    ],
)
def test_a_list_may_come_in_boxes(answer: object) -> None:
    assert [service.code for service in read_services(answer)] == ["001"]


@pytest.mark.parametrize("answer", [[], None, "", {"services": []}, {"services": ""}])
def test_a_list_may_be_empty(answer: object) -> None:
    assert read_services(answer) == ()
    assert read_requests(answer) == ()
    assert read_updates(answer) == ()


@pytest.mark.parametrize("answer", [5, "hello", True, [1], [[]], [None], {"a": 1, "b": [2]}])
def test_what_is_no_list_is_nonsense(answer: object) -> None:
    if isinstance(answer, dict):
        assert read_services(answer) == ()
        return
    with pytest.raises(GatewayNonsense):
        read_services(answer)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        (" TRUE ", True),
        (1, True),
        ("1", True),
        (False, False),
        ("false", False),
        ("False", False),
        (0, False),
        ("", False),
        (None, False),
        ("maybe", False),
        ([], False),
    ],
)
def test_booleans_come_as_words(said: object, meant: bool) -> None:
    assert read_services([HOLE | {"metadata": said}])[0].has_questions is meant
    question = {"code": "q", "datatype": "string", "description": "?", "required": said}
    assert read_definition({"attributes": [question]}, "1").questions[0].required is meant


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ({"group": "Roads, paths"}, ("Roads, paths",)),
        ({"groups": ["A", "B"]}, ("A", "B")),
        ({"groups": {"group": ["A", "B"]}}, ("A", "B")),
        ({"group": "A", "groups": []}, ("A",)),
        ({"group": None}, ()),
        ({}, ()),
    ],
)
def test_groups_come_in_two_ways(said: dict[str, object], groups: tuple[str, ...]) -> None:
    assert read_services([HOLE | said])[0].groups == groups


def test_keywords_are_words_between_commas() -> None:
    assert read_services([HOLE | {"keywords": "a, b,,c"}])[0].keywords == ("a", "b", "c")


@pytest.mark.parametrize(
    ("answer", "reference", "token"),
    [
        ([{"service_request_id": 0, "service_notice": "Hi"}], "0", None),
        ([{"service_request_id": 638344}], "638344", None),
        ([{"service_request_id": "FW-1"}], "FW-1", None),
        ({"service_request_id": "7"}, "7", None),
        ({"service_requests": {"request": {"service_request_id": 7}}}, "7", None),
        ([{"token": "abc", "service_request_id": ""}], None, "abc"),
        ([{"token": 0}], None, "0"),
        ([{"service_request_id": 12345678901234567890}], "12345678901234567890", None),
    ],
)
def test_a_receipt_has_a_reference_or_a_token(
    answer: object, reference: str | None, token: str | None
) -> None:
    receipt = read_receipt(answer)
    assert (receipt.reference, receipt.token) == (reference, token)


@pytest.mark.parametrize(
    "answer",
    [[], {}, None, [{"service_request_id": None}], [{"service_request_id": ""}], [{"x": 1}], "ok"],
)
def test_no_reference_and_no_token_is_nonsense(answer: object) -> None:
    with pytest.raises(GatewayNonsense):
        read_receipt(answer)


def attribute(code: str, **more: object) -> dict[str, object]:
    return {"code": code, "datatype": "string", "description": code, "variable": True} | more


def test_automated_attributes_are_never_asked() -> None:
    attributes = [
        attribute("easting", automated="server_set", required="true"),
        attribute("uprn", automated="hidden_field", variable="false"),
        attribute("size"),
        attribute("none", automated=""),
    ]
    definition = read_definition([{"service_code": "1", "attributes": attributes}], "1")
    assert [question.code for question in definition.questions] == ["size", "none"]
    assert definition.automated == ("easting", "uprn")
    assert definition.notices == ()


@pytest.mark.parametrize("variable", [False, "false", "False", "0"])
def test_what_cannot_vary_is_a_notice(variable: object) -> None:
    attributes = [attribute("n", variable=variable, description="Keep away.", required="true")]
    definition = read_definition({"attributes": attributes}, "1")
    assert (definition.questions, definition.notices) == ((), ("Keep away.",))


def test_questions_come_in_their_order_even_when_it_is_text() -> None:
    orders = [("c", "10"), ("a", 1), ("z", None), ("b", "2"), ("y", "last")]
    attributes = [attribute(code, order=order) for code, order in orders]
    definition = read_definition({"attributes": attributes}, "1")
    assert [question.code for question in definition.questions] == ["a", "b", "c", "z", "y"]


@pytest.mark.parametrize(
    "values",
    [
        [{"key": 0, "name": "None"}, {"key": "b", "name": "Bag"}],
        {"value": [{"key": "0", "name": "None"}, {"key": "b", "name": "Bag"}]},
    ],
)
def test_options_keep_key_and_name(values: object) -> None:
    attributes = [attribute("q", datatype="singlevaluelist", values=values)]
    question = read_definition({"attributes": attributes}, "1").questions[0]
    assert question.options == (("0", "None"), ("b", "Bag"))


def test_a_choice_without_options_is_nonsense_and_an_odd_type_is_text() -> None:
    with pytest.raises(GatewayNonsense):
        read_definition({"attributes": [attribute("q", datatype="singlevaluelist")]}, "1")
    odd = read_definition({"attributes": [attribute("q", datatype="colour")]}, "1")
    assert odd.questions[0].datatype == "string"


@pytest.mark.parametrize(
    "answer",
    [
        {"service_code": "1", "attributes": []},
        {"service_code": "1"},
        {"service_definition": {"service_code": "1", "attributes": None}},
        [{"service_code": "1", "attributes": ""}],
    ],
)
def test_no_questions_is_a_definition(answer: object) -> None:
    assert read_definition(answer, "1") == ServiceDefinition("1")


def test_a_report_reads_with_gaps_and_odd_dates() -> None:
    found = read_requests(
        [
            {
                "service_request_id": 0,
                "status": "CLOSED",
                "lat": "52.7",
                "long": -2.7,
                "media_url": ["a", "b"],
                "requested_datetime": "2026-11-23T09:00:00+01:00",
                "updated_datetime": "yesterday",
                "description": None,
            },
            {"status": "open"},
        ]
    )
    assert len(found) == 1
    assert (found[0].reference, found[0].status) == ("0", "closed")
    assert (found[0].latitude, found[0].longitude) == (52.7, -2.7)
    assert found[0].requested_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert found[0].updated_at is None and found[0].description == ""


def test_xml_says_the_same_as_json() -> None:
    body = b"""<?xml version="1.0" encoding="utf-8"?>
    <services><service><service_code>001</service_code><service_name>Twll &#x175;</service_name>
    <metadata>true</metadata><keywords>a,b</keywords><group>Roads</group></service></services>"""
    service = read_services(decode(body, "text/xml"))[0]
    assert (service.code, service.name, service.has_questions) == ("001", "Twll ŵ", True)
    assert (service.keywords, service.groups) == (("a", "b"), ("Roads",))
    one = b"<service_requests><request><token>t</token></request></service_requests>"
    assert read_receipt(decode(one, "application/xml")).token == "t"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><services><service>&x;</service></services>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><services>&x;</services>',
        b"<services>",
        b"<?xml version='1.0' encoding='nonsense'?><services/>",
        b"",
    ],
)
def test_dangerous_or_broken_xml_is_nonsense(body: bytes) -> None:
    with pytest.raises(GatewayNonsense):
        decode(body, "text/xml")


def test_a_report_is_written_as_the_standard_says() -> None:
    report = NewRequest(
        "P",
        "Deep",
        52.71071999,
        -2.0,
        phone="07700 900123",
        attributes={"size": "big", "items": ("a", "b")},
        media_urls=("http://x/1", "http://x/2"),
    )
    assert write_request(report, "key", "") == [
        ("api_key", "key"),
        ("service_code", "P"),
        ("lat", "52.710720"),
        ("long", "-2.000000"),
        ("description", "Deep"),
        ("phone", "07700 900123"),
        ("media_url", "http://x/1"),
        ("media_url", "http://x/2"),
        ("attribute[size]", "big"),
        ("attribute[items][]", "a"),
        ("attribute[items][]", "b"),
    ]
    assert ("lat", "0.000000") in write_request(NewRequest("P", "", 0.0, 0.0), "", "")


def council(routes: dict[str, httpx.Response]) -> httpx.AsyncClient:
    def serve(request: httpx.Request) -> httpx.Response:
        return routes.get(request.url.path, httpx.Response(404, json=[{"code": 404}]))

    return httpx.AsyncClient(transport=httpx.MockTransport(serve))


def test_a_service_that_asks_nothing_has_no_definition_to_fetch() -> None:
    services = [HOLE | {"metadata": "false"}, HOLE | {"service_code": "002"}]

    async def run() -> None:
        routes = {"/services.json": httpx.Response(200, json=services)}
        async with council(routes) as client:
            gate = HttpOpen311(Remote(client, "http://c.test"), lambda: datetime.now(UTC))
            assert await gate.definition("001") == ServiceDefinition("001")
            for code in ("002", "003"):
                with pytest.raises(GatewayRefused):
                    await gate.definition(code)

    asyncio.run(run())


def test_a_report_that_has_arrived_is_kept_when_its_token_cannot_be_swapped() -> None:
    async def run() -> None:
        routes = {"/requests.json": httpx.Response(201, json=[{"token": "t/1"}])}
        async with council(routes) as client:
            gate = HttpOpen311(Remote(client, "http://c.test"), lambda: datetime.now(UTC))
            receipt = await gate.submit(NewRequest("P", address="1 High St"))
            assert (receipt.reference, receipt.token) == (None, "t/1")

    asyncio.run(run())


def test_nearby_does_not_trust_a_council_that_ignores_the_question() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    place = {"lat": 52.7, "long": -2.7, "status": "open", "service_code": "P"}
    rows = [
        place | {"service_request_id": "near", "requested_datetime": "2026-11-20T00:00:00Z"},
        place | {"service_request_id": "undated"},
        place | {"service_request_id": "old", "requested_datetime": "2026-01-01T00:00:00Z"},
        place | {"service_request_id": "far", "lat": 52.8},
        place | {"service_request_id": "closed", "status": "closed"},
        place | {"service_request_id": "other", "service_code": "Q"},
        place | {"service_request_id": "nowhere", "lat": ""},
    ]

    async def run() -> list[str]:
        routes = {"/requests.json": httpx.Response(200, json=rows)}
        async with council(routes) as client:
            gate = HttpOpen311(Remote(client, "http://c.test"), lambda: now)
            found = await gate.nearby("P", 52.7, -2.7, 100, 30)
            return [request.reference for request in found]

    assert asyncio.run(run()) == ["near", "undated"]
