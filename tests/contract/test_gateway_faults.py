"""Every port says the right kind of failure when its system fails, and mends with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from actions.gateways import Gateways, Limits
from actions.gateways.appointments import Contact
from actions.gateways.base import (
    GatewayBusy,
    GatewayError,
    GatewayNonsense,
    GatewaySlow,
    GatewayUnavailable,
)
from actions.gateways.cases import NewCase
from actions.gateways.clock import council_today
from actions.gateways.open311 import NewRequest
from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import OVER, QUICK, Served, serving

HASTY = Limits(connect=1.0, read=0.2, whole=0.3, retries=1, first_wait=0.01)
HOLE = NewRequest("POTHOLE", "", 52.7, -2.7, attributes={"size": "small"})
CALLS: dict[str, tuple[str, Callable[[Gateways], Awaitable[object]]]] = {
    "services": ("open311", lambda gates: gates.open311.services()),
    "definition": ("open311", lambda gates: gates.open311.definition("POTHOLE")),
    "submit": ("open311", lambda gates: gates.open311.submit(HOLE)),
    "request": ("open311", lambda gates: gates.open311.request("1")),
    "nearby": ("open311", lambda gates: gates.open311.nearby("POTHOLE", 52.7, -2.7, 50, 30)),
    "postcode": ("postcodes", lambda gates: gates.postcodes.find("SY1 2AS")),
    "bins": ("bins", lambda gates: gates.bins.collections("SY1 2AS")),
    "places": ("places", lambda gates: gates.places.near(52.7, -2.7, 3)),
    "slots": ("appointments", lambda gates: gates.appointments.slots(None, council_today(), 3)),
    "show": ("appointments", lambda gates: gates.appointments.show("A-NONE00")),
    "directory": ("directory", lambda gates: gates.directory.near("SY1 2AS", 52.7, -2.7)),
    "case type": ("cases", lambda gates: gates.cases.definition("NOISE")),
    "open a case": ("cases", lambda gates: gates.cases.open(NewCase("ALLOTMENT", "k"))),
    "case": ("cases", lambda gates: gates.cases.show("C-NONE00")),
    "book": ("appointments", lambda gates: gates.appointments.book("x", Contact(), "k")),
}
REFUSED_WHEN_WELL = {"request", "book", "show", "open a case", "case"}
"""Calls about what is not there: a council that is well says no."""
ENDS: dict[str, type[GatewayError]] = {
    "down": GatewayUnavailable,
    "slow": GatewaySlow,
    "wrong": GatewayNonsense,
    "rate_limited": GatewayBusy,
    "too_big": GatewayNonsense,
}


@pytest.fixture(scope="module", params=OVER)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db", slow_seconds=30.0)
    with serving(app, request.param) as served:
        yield served


async def switch(served: Served, client: httpx.AsyncClient, gateway: str, mode: str) -> None:
    answer = await client.post(f"{served.url}/faults", json={"gateway": gateway, "mode": mode})
    assert answer.status_code == 200 and answer.json()[gateway] == mode


@pytest.mark.parametrize("mode", ENDS)
@pytest.mark.parametrize("call", CALLS)
def test_a_failing_system_is_named_and_mends(served: Served, call: str, mode: str) -> None:
    gateway, talk = CALLS[call]

    async def run() -> None:
        async with served.client() as client:
            await switch(served, client, gateway, mode)
            limits = HASTY if mode == "slow" else QUICK
            started = time.monotonic()
            with pytest.raises(ENDS[mode]) as failure:
                await talk(served.gateways(client, limits=limits))
            assert time.monotonic() - started < 20
            assert mode != "rate_limited" or failure.value.retry_after == 30
            await switch(served, client, gateway, "ok")
            if call not in REFUSED_WHEN_WELL:
                await talk(served.gateways(client))

    asyncio.run(run())


def test_a_system_that_is_not_there_is_unavailable(served: Served) -> None:
    async def run() -> None:
        gone = Served("http://127.0.0.1:9/sandbox", httpx.AsyncClient)
        async with gone.client() as client:
            for _, talk in CALLS.values():
                with pytest.raises(GatewayUnavailable):
                    await talk(gone.gateways(client))

    asyncio.run(run())
