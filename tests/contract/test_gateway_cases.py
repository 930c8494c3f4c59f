"""What the case port promises, in memory and over the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from actions.gateways.base import GatewayRefused
from actions.gateways.cases import DATATYPES, Cases, NewCase, write_case
from actions.sandbox import create_sandbox
from actions.sandbox.open311_services import in_language
from bot.case_news import STATE
from bot.need import Adjustment
from tests.unit.actions.sandbox.serve import OVER, SHROPSHIRE, Served, serving

ROOT = Path(__file__).parents[2]
NOISE = NewCase(
    "NOISE",
    "turn-1",
    {"source": "dog", "where": "4 Castle Gates – “the flat”", "when": "At night \ud800"},
    name="Ann Example",
    phone="+447700900123",
    needs=("large_print",),
)


@pytest.fixture(scope="module", params=OVER)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, request.param) as served:
        yield served


def ask(served: Served, talk: Callable[[Cases], Awaitable[object]], **council: str) -> object:
    async def run() -> object:
        async with served.client() as client:
            settings = replace(SHROPSHIRE, **council)
            return await talk(served.gateways(client, settings).cases)

    return asyncio.run(run())


def test_a_type_asks_its_own_questions_in_the_citizens_language(served: Served) -> None:
    welsh = ask(served, lambda gate: gate.definition("HOME_REPAIR", "cy"))
    english = ask(served, lambda gate: gate.definition("HOME_REPAIR"))
    assert [q.code for q in english.questions] == ["address", "what", "home", "more"]
    assert [q.datatype for q in english.questions] == ["string", "multivaluelist", "yes_no", "text"]
    assert english.notices == ("If you smell gas, call 0800 111 999 now.",)
    assert welsh.questions[0].text == "Beth yw eich cyfeiriad?"


def test_a_case_is_opened_once_for_its_key_and_can_be_read_back(served: Served) -> None:
    async def talk(gate: Cases) -> None:
        receipts = await asyncio.gather(*(gate.open(NOISE) for _ in range(5)))
        assert len({receipt.reference for receipt in receipts}) == 1
        assert receipts[0].next == "We will look into it within 5 working days."
        case = await gate.show(receipts[0].reference)
        assert (case.status, case.type_name) == ("received", "Noise")
        with pytest.raises(GatewayRefused) as refusal:
            await gate.open(replace(NOISE, name="Somebody Else"))
        assert refusal.value.status == 409
        assert (await gate.open(replace(NOISE, key="turn-2"))).reference != case.reference

    ask(served, talk)


@pytest.mark.parametrize(
    ("case", "status", "words"),
    [
        (replace(NOISE, type="NONE", key="a"), 404, "no such type"),
        (replace(NOISE, answers={}, key="b"), 400, "source is required"),
        (replace(NOISE, answers={**NOISE.answers, "source": "x"}, key="c"), 400, "options"),
        (replace(NOISE, key="d", name="n" * 200_000), 413, "too long"),
    ],
)
def test_a_refusal_keeps_the_systems_words(
    served: Served, case: NewCase, status: int, words: str
) -> None:
    with pytest.raises(GatewayRefused, match=words) as refusal:
        ask(served, lambda gate: gate.open(case))
    assert refusal.value.status == status


@pytest.mark.parametrize("reference", ["C-NONE00", "", "..", "a/b?c", "c-lower", "ŵ"])
def test_an_unknown_case_is_refused(served: Served, reference: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        ask(served, lambda gate: gate.show(reference))
    assert refusal.value.status == 404


@pytest.mark.parametrize("secret", ["", "another", "the sandbox council’s"])
def test_S4_a_call_that_is_not_signed_right_is_refused(served: Served, secret: str) -> None:
    for talk in (
        lambda gate: gate.open(replace(NOISE, key="stolen")),
        lambda gate: gate.show("C-NONE00"),
        lambda gate: gate.definition("NOISE"),
    ):
        with pytest.raises(GatewayRefused) as refusal:
            ask(served, talk, cases_secret=secret)
        assert refusal.value.status == 401


def test_the_published_description_is_the_api_that_is_spoken(served: Served) -> None:
    described = yaml.safe_load((ROOT / "docs" / "case-api.yml").read_text("utf-8"))
    schemas = described["components"]["schemas"]
    assert set(schemas["Case"]["properties"]["status"]["enum"]) == set(STATE)
    assert set(schemas["Question"]["properties"]["datatype"]["enum"]) == DATATYPES
    needs = schemas["NewCase"]["properties"]["needs"]["items"]["enum"]
    assert set(needs) == {adjustment.value for adjustment in Adjustment}
    jsonschema.validate(json.loads(write_case(NOISE)), schemas["NewCase"])
    types = json.loads((ROOT / "actions" / "data" / "sandbox_cases.json").read_text("utf-8"))
    for one in types["types"]:
        whole = {"$ref": "#/components/schemas/CaseType", **described}
        jsonschema.Draft202012Validator(whole).validate(in_language(one, "cy"))
