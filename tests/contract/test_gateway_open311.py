"""What the Open311 port promises, on its HTTP adapter, in memory and over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from actions.gateways.base import GatewayRefused
from actions.gateways.open311 import NewRequest, Open311
from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import OVER, SHROPSHIRE, Served, serving

HOLE = NewRequest(
    "POTHOLE", "A deep hole by the bus stop", 52.7107, -2.7509, attributes={"size": "large"}
)


class Council:
    def __init__(self, served: Served, form: str) -> None:
        self.served, self._settings = served, replace(SHROPSHIRE, open311_form=form)

    def ask(self, talk: Callable[[Open311], Awaitable[object]]) -> object:
        async def run() -> object:
            async with self.served.client() as client:
                return await talk(self.served.gateways(client, self._settings).open311)

        return asyncio.run(run())

    def update(self, reference: str, status: str) -> None:
        async def run() -> None:
            async with self.served.client() as client:
                answer = await client.post(
                    f"{self.served.url}/open311/v2/servicerequestupdates.json",
                    data={"service_request_id": reference, "status": status},
                )
                assert answer.status_code == 201

        asyncio.run(run())


@pytest.fixture(scope="module", params=list(product(OVER, ("json", "xml"))), ids="-".join)
def council(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Council]:
    over, form = request.param
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, over) as served:
        yield Council(served, form)


def test_every_service_says_what_it_is(council: Council) -> None:
    services = council.ask(lambda gate: gate.services())
    assert {s.code for s in services} == {
        "POTHOLE",
        "STREET_LIGHT",
        "FLY_TIPPING",
        "MISSED_BIN",
        "BULKY_WASTE",
    }
    assert all(s.name and s.description and s.groups and s.has_questions for s in services)
    assert next(s for s in services if s.code == "FLY_TIPPING").groups == ("Rubbish", "Streets")
    assert next(s for s in services if s.code == "BULKY_WASTE").answers == "batch"


@pytest.mark.parametrize(
    "code", ["POTHOLE", "STREET_LIGHT", "FLY_TIPPING", "MISSED_BIN", "BULKY_WASTE"]
)
def test_a_definition_asks_tells_and_hides(council: Council, code: str) -> None:
    definition = council.ask(lambda gate: gate.definition(code))
    first, codes = definition.questions[0], [q.code for q in definition.questions]
    assert (first.datatype, first.required) == ("singlevaluelist", True)
    assert len(first.options) >= 3
    assert any(q.datatype == "text" and not q.required for q in definition.questions)
    assert len(definition.notices) == 1
    assert "fixmystreet_id" in definition.automated
    assert "notice" not in codes and not set(codes) & set(definition.automated)
    assert [q.order for q in definition.questions] == sorted(q.order for q in definition.questions)


def test_questions_come_in_welsh_where_the_council_has_them(council: Council) -> None:
    welsh = council.ask(lambda gate: gate.definition("POTHOLE", "cy"))
    english = council.ask(lambda gate: gate.definition("POTHOLE"))
    assert [q.code for q in welsh.questions] == [q.code for q in english.questions]
    assert welsh.questions[0].text == "Pa mor fawr yw'r twll?"
    assert english.questions[0].text == "How big is the hole?"


def test_a_report_can_be_read_back(council: Council) -> None:
    async def talk(gate: Open311) -> None:
        report = replace(
            HOLE, description="Twll mawr – ‘deep’ & wide <ŵ>\nby №5", address="High St"
        )
        receipt = await gate.submit(report)
        assert receipt.reference and receipt.token is None and receipt.notice
        found = await gate.request(receipt.reference)
        assert (found.reference, found.status) == (receipt.reference, "open")
        assert found.description == report.description
        assert (found.latitude, found.longitude) == (52.7107, -2.7509)
        assert found.address == "High St" and found.service_name == "Pothole"
        assert found.requested_at and found.requested_at.tzinfo

    council.ask(talk)


def test_the_same_key_is_the_same_report(council: Council) -> None:
    async def talk(gate: Open311) -> None:
        key = f"turn-{datetime.now(UTC).timestamp()}"
        report = replace(HOLE, idempotency_key=key)
        receipts = await asyncio.gather(*(gate.submit(report) for _ in range(4)))
        assert len({receipt.reference for receipt in receipts}) == 1
        with pytest.raises(GatewayRefused) as refusal:
            await gate.submit(replace(report, description="Another hole"))
        assert refusal.value.status == 409
        assert (await gate.submit(HOLE)).reference != receipts[0].reference

    council.ask(talk)


def test_a_batch_service_gives_a_token_that_is_swapped(council: Council) -> None:
    async def talk(gate: Open311) -> None:
        sofa = NewRequest(
            "BULKY_WASTE", address="1 Castle Gates", attributes={"item": "sofa", "count": "2"}
        )
        receipt = await gate.submit(sofa)
        assert receipt.token and receipt.reference
        assert (await gate.request(receipt.reference)).service_code == "BULKY_WASTE"

    council.ask(talk)


@pytest.mark.parametrize(
    ("report", "status", "words"),
    [
        (replace(HOLE, attributes={}), 400, "attribute[size] is required"),
        (replace(HOLE, attributes={"size": "vast"}), 400, "attribute[size]"),
        (replace(HOLE, attributes={"size": ("small", "large")}), 400, "attribute[size]"),
        (replace(HOLE, latitude=None, longitude=None), 400, "lat and long"),
        (replace(HOLE, longitude=None), 400, "lat and long"),
        (replace(HOLE, latitude=252.0), 400, "on the Earth"),
        (replace(HOLE, service_code="NOPE"), 404, "service_code"),
        (replace(HOLE, service_code=""), 400, "service_code is required"),
    ],
)
def test_a_refusal_keeps_the_councils_words(
    council: Council, report: NewRequest, status: int, words: str
) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        council.ask(lambda gate: gate.submit(report))
    assert (refusal.value.status, refusal.value.their_code) == (status, str(status))
    assert words in refusal.value.description
    assert refusal.value.code == "gateway_refused"


@pytest.mark.parametrize("reference", ["999999", "no-such", "", "..", "1,2", "9" * 40, "a/b?c#d"])
def test_an_unknown_reference_is_refused(council: Council, reference: str) -> None:
    with pytest.raises(GatewayRefused):
        council.ask(lambda gate: gate.request(reference))
    with pytest.raises(GatewayRefused):
        council.ask(lambda gate: gate.definition(reference))


def test_nearby_finds_open_reports_of_the_same_kind_close_by(council: Council) -> None:
    async def submit(gate: Open311) -> list[str]:
        here = replace(HOLE, latitude=52.4527, longitude=-2.9958)
        close = replace(here, latitude=52.4529)
        far = replace(here, latitude=52.4627)
        light = replace(here, service_code="STREET_LIGHT", attributes={"problem": "off"})
        return [(await gate.submit(r)).reference or "" for r in (here, close, far, light, here)]

    here, close, _, _, mended = council.ask(submit)
    council.update(mended, "fixed")
    found = council.ask(lambda gate: gate.nearby("POTHOLE", 52.4527, -2.9958, 100, 30))
    assert [request.reference for request in found][:2] == [here, close]
    assert mended not in {request.reference for request in found} and len(found) == 2
    assert [request.distance_m for request in found] == [0.0, pytest.approx(22.2, abs=0.5)]


def test_updates_tell_what_became_of_a_report(council: Council) -> None:
    reference = council.ask(lambda gate: gate.submit(HOLE)).reference
    council.update(reference, "in_progress")
    assert council.ask(lambda gate: gate.request(reference)).status == "open"
    council.update(reference, "not_councils_responsibility")
    assert council.ask(lambda gate: gate.request(reference)).status == "closed"
    now = datetime.now(UTC)
    updates = council.ask(
        lambda gate: gate.updates(now - timedelta(hours=1), now + timedelta(hours=1))
    )
    mine = [update.status for update in updates if update.reference == reference]
    assert mine == ["open", "in_progress", "not_councils_responsibility"]


def test_another_councils_jurisdiction_is_refused(council: Council) -> None:
    async def run() -> None:
        settings = replace(SHROPSHIRE, jurisdiction_id="elsewhere")
        async with council.served.client() as client:
            gate = council.served.gateways(client, settings).open311
            with pytest.raises(GatewayRefused, match="jurisdiction_id"):
                await gate.services()
            with pytest.raises(GatewayRefused, match="jurisdiction_id"):
                await gate.submit(HOLE)

    asyncio.run(run())
