"""What the doctor is told of each system: it answers, or what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from actions.gateways.probe import Probe, probe
from actions.sandbox import create_sandbox
from actions.sandbox.faults import GATEWAYS
from tests.unit.actions.sandbox.serve import QUICK, SHROPSHIRE, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, "memory") as served:
        yield served


def look(served: Served, fault: tuple[str, str] | None = None, **council: str) -> dict[str, Probe]:
    settings = replace(SHROPSHIRE, **council)

    async def run() -> list[Probe]:
        async with served.client() as client:
            if fault:
                await _switch(served, client, *fault)
            gateways = served.gateways(client, settings, limits=replace(QUICK, retries=0))
            found = await probe(gateways, settings, "NOISE")
            if fault:
                await _switch(served, client, fault[0], "ok")
            return found

    return {one.name: one for one in asyncio.run(run())}


async def _switch(served: Served, client: httpx.AsyncClient, gateway: str, mode: str) -> None:
    await client.post(f"{served.url}/faults", json={"gateway": gateway, "mode": mode})


def test_every_gateway_is_called_and_a_well_council_answers(served: Served) -> None:
    found = look(served)
    assert set(found) == set(GATEWAYS)
    assert [one for one in found.values() if not one.good] == []


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize(("mode", "said"), [("down", "systems."), ("wrong", "not a web page")])
def test_one_that_fails_is_named_with_a_remedy(
    served: Served, gateway: str, mode: str, said: str
) -> None:
    found = look(served, (gateway, mode))
    assert {name for name, one in found.items() if not one.good} == {gateway}
    assert found[gateway].problem and said in found[gateway].remedy


def test_a_wrong_secret_is_no_answer(served: Served) -> None:
    cases = look(served, cases_secret="wrong")["cases"]
    assert not cases.good and "401" in cases.problem and "secret" in cases.remedy
