"""Things break; the citizen still gets an answer, crisis text and a person."""

from __future__ import annotations

import httpx
import pytest

from benchmarks.processes import wait_until
from tests.journeys.conftest import ApiCitizen


@pytest.fixture
def with_rasa_back(product):
    """However a test ends, the next one finds Rasa running."""
    yield
    wait_until(product.rasa_answers, 120)


def test_L4_f3_rasa_killed_and_back(product, citizen, with_rasa_back):
    citizen.says("there is a pothole")
    product.kill_rasa()
    answer = citizen.send("SY1 2AS")
    assert "0345 000 0000" in answer["messages"][-1]["text"]
    assert "999" in answer["messages"][-1]["text"]  # only the first check listens now
    (handoff,) = citizen.handoffs()
    assert (handoff["status"], handoff["reasons"]) == ("waiting", '["error_assistant_down"]')
    assert "116 123" in citizen.says("i want to kill myself")
    other = ApiCitizen(product)
    assert "999" in other.says("my house is on fire")
    person = ApiCitizen(product)
    assert person.send("can i talk to a person")["route"]["channel"] == "assisted"
    visitor = ApiCitizen(product)
    invited = visitor.says("can I come in and see somebody face to face")
    assert "come and see us" in invited and "999" in invited
    again = ApiCitizen(product)
    again.says("when is my bin day")
    wait_until(product.rasa_answers, 120)
    said = again.send("hello?")
    assert any(m["from"] == "assistant" for m in said["messages"])
    assert [h["status"] for h in again.handoffs()] == ["returned"]


@pytest.mark.parametrize("mode", ["down", "slow", "wrong", "rate_limited"])
def test_f3_a_failing_street_system_brings_a_person(product, citizen, mode):
    faults = f"{product.internal_url}/sandbox/faults"
    httpx.post(faults, json={"gateway": "open311", "mode": mode}, timeout=60, trust_env=False)
    try:
        said = citizen.says("someone dumped a load of rubbish in the lane, fly tipping")
    finally:
        httpx.post(faults, json={"gateway": "open311", "mode": "ok"}, timeout=60, trust_env=False)
    assert said
    (handoff,) = citizen.handoffs()
    assert handoff["status"] == "waiting"
    assert "error_council" in handoff["reasons"]
