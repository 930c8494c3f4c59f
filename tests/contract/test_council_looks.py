"""One suite for how the desk hears of council systems' cases: in memory, and from the sandbox."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from actions.desk_cases import GatewayCases
from actions.gateways import CouncilSettings, make_gateways
from actions.gateways.appointments import Contact
from actions.gateways.cases import NewCase
from actions.sandbox import create_sandbox
from bot.council_case import CaseLook, CouncilCase
from channels.desk.cases_memory import MemoryCases
from tests.web_kit import serve

COUNCIL = CouncilSettings(name="T", slug="shropshire", gss="E06000051", cases_secret="x" * 20)


def case(reference: str, system: str = "cases") -> CouncilCase:
    return CouncilCase("c1", system, reference, "", datetime.now(UTC))


async def _made(base: str) -> tuple[str, str]:
    """A case and an appointment at the sandbox council; their references."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        gates = make_gateways(client, base, COUNCIL)
        asked = (await gates.cases.definition("NOISE")).questions
        answers = {q.code: q.options[0][0] if q.options else "a dog" for q in asked}
        opened = await gates.cases.open(NewCase("NOISE", "key", answers, name="Ann"))
        day: date = (datetime.now(UTC) + timedelta(days=1)).date()
        slots = await gates.appointments.slots(None, day, 1)
        booked = await gates.appointments.book(slots[0].id, Contact("Ann"), "key")
    return opened.reference, booked.reference


@pytest.fixture(params=["memory", "sandbox"])
def council(request, tmp_path):
    """A looker, and the references of a case and an appointment that it knows."""
    if request.param == "memory":
        held = {"SC-1": CaseLook("open"), "A-1": CaseLook("booked", "Library")}
        yield MemoryCases(held), "SC-1", "A-1"
        return
    with serve(create_sandbox(tmp_path / "sandbox.db", cases_secret="x" * 20)) as served:
        looker = GatewayCases(lambda client: make_gateways(client, served.url, COUNCIL))
        yield looker, *asyncio.run(_made(served.url))


def test_each_is_told_as_its_system_tells_it(council):
    looker, opened, booked = council
    asked = [case(opened), case(booked, "appointments"), case("NONE-1")]
    looks = looker.look(asked)
    assert looks[opened].state == "open" and not looks[opened].problem
    assert looks[booked].state == "booked" and looks[booked].words
    assert looks["NONE-1"] == CaseLook(problem="unknown")
    assert looker.look([]) == {}


def test_what_went_by_email_is_asked_of_nobody():
    looker = GatewayCases(lambda client: make_gateways(client, "http://127.0.0.1:9", COUNCIL))
    assert looker.look([case("F-1", "email")]) == {"F-1": CaseLook(problem="nowhere")}


def test_a_system_that_is_away_or_never_answers_is_said_to_be_silent():
    away = GatewayCases(lambda client: make_gateways(client, "http://127.0.0.1:9", COUNCIL))
    down = MemoryCases(down=True)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the call and says nothing
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        slow = GatewayCases(lambda client: make_gateways(client, url, COUNCIL), seconds=0.2)
        for looker in (away, down, slow):
            assert looker.look([case("SC-1")]) == {"SC-1": CaseLook(problem="silent")}
