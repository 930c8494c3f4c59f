"""What the appointments port promises, in memory and over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from actions.gateways.appointments import Appointment, Appointments, Contact, Slot, to_ics
from actions.gateways.base import GatewayError, GatewayRefused, SlotTaken
from actions.gateways.clock import council_today
from actions.sandbox import create_sandbox
from tests.unit.actions.sandbox.serve import OVER, Served, serving

AYSHA = Contact("Aysha K", "07700 900123", "", "A quiet room, please \ud83d\ude42 \ud800")
Ask = Callable[[Callable[[Appointments], Awaitable[object]]], object]


@pytest.fixture(scope="module", params=OVER)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    app = create_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with serving(app, request.param) as served:
        yield served


@pytest.fixture
def ask(served: Served) -> Ask:
    def ask(talk: Callable[[Appointments], Awaitable[object]]) -> object:
        async def run() -> object:
            async with served.client() as client:
                return await talk(served.gateways(client).appointments)

        return asyncio.run(run())

    return ask


async def first_slot(gate: Appointments, place_id: str = "shrewsbury") -> Slot:
    return (await gate.slots(place_id, council_today(), 1))[0]


def test_free_slots_fit_what_was_asked_for(ask: Ask) -> None:
    start = council_today() + timedelta(days=5)
    slots = ask(lambda gate: gate.slots("ludlow", start, 6, accessible=True, interpreter="ur"))
    assert len(slots) == 6
    assert all(s.place_id == "ludlow" and s.accessible and "ur" in s.interpreters for s in slots)
    assert all(s.starts_at.date() >= start and s.starts_at.tzinfo for s in slots)
    assert [s.starts_at for s in slots] == sorted(s.starts_at for s in slots)
    assert "Ludlow library, 7-9 Parkway" in slots[0].place


def test_no_interpreter_tomorrow_and_none_for_an_unknown_language(ask: Ask) -> None:
    tomorrow = council_today() + timedelta(days=1)
    assert ask(lambda gate: gate.slots(None, tomorrow, 50, interpreter="xx")) == ()
    soonest = ask(lambda gate: gate.slots(None, tomorrow, 1, interpreter="bsl"))[0]
    assert soonest.starts_at.date() >= council_today() + timedelta(days=3)


def test_a_booked_slot_is_gone_and_a_cancelled_one_is_back(ask: Ask) -> None:
    async def talk(gate: Appointments) -> None:
        slot = await first_slot(gate)
        booked = await gate.book(slot.id, AYSHA, f"first-{slot.id}")
        assert (booked.starts_at, booked.place) == (slot.starts_at, slot.place)
        assert slot.id not in {s.id for s in await gate.slots("shrewsbury", council_today(), 100)}
        with pytest.raises(SlotTaken) as taken:
            await gate.book(slot.id, AYSHA, f"second-{slot.id}")
        assert taken.value.slot_id == slot.id
        await gate.cancel(booked.reference)
        await gate.cancel(booked.reference)
        again = await gate.book(slot.id, AYSHA, f"third-{slot.id}")
        assert again.reference != booked.reference

    ask(talk)


def test_two_people_never_get_the_same_slot(ask: Ask) -> None:
    async def talk(gate: Appointments) -> None:
        slot = await first_slot(gate, "oswestry")
        tries = (gate.book(slot.id, AYSHA, f"racer-{n}-{slot.id}") for n in range(8))
        ends = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(end, Appointment) for end in ends) == 1
        assert sum(isinstance(end, SlotTaken) for end in ends) == 7

    ask(talk)


def test_the_same_key_gives_the_same_appointment(ask: Ask) -> None:
    async def talk(gate: Appointments) -> None:
        slot = await first_slot(gate, "wem")
        same = await asyncio.gather(*(gate.book(slot.id, AYSHA, "one-turn") for _ in range(4)))
        assert len(set(same)) == 1
        other = await first_slot(gate, "wem")
        with pytest.raises(GatewayRefused) as refusal:
            await gate.book(other.id, AYSHA, "one-turn")
        assert refusal.value.their_code == "key_reused"

    ask(talk)


@pytest.mark.parametrize("slot_id", ["", "nowhere-20200101T1000", "x" * 500, "\ud800"])
def test_an_unknown_slot_is_refused(ask: Ask, slot_id: str) -> None:
    with pytest.raises(GatewayRefused):
        ask(lambda gate: gate.book(slot_id, AYSHA, "any"))


@pytest.mark.parametrize("reference", ["A-NOSUCH", "", "..", "../../faults"])
def test_an_unknown_appointment_cannot_be_cancelled(ask: Ask, reference: str) -> None:
    with pytest.raises(GatewayError):
        ask(lambda gate: gate.cancel(reference))


def test_the_calendar_file_says_the_same(ask: Ask) -> None:
    async def talk(gate: Appointments) -> Appointment:
        slot = await first_slot(gate, "much-wenlock")
        return await gate.book(slot.id, AYSHA, "calendar")

    booked = ask(talk)
    stamp = datetime(2026, 11, 23, 9, tzinfo=UTC)
    ics = to_ics(booked, stamp)
    event = Calendar.from_ical(ics).walk("VEVENT")[0]
    assert event.start == booked.starts_at and event.end == booked.ends_at
    assert str(event["location"]) == booked.place and booked.reference in str(event["summary"])
    assert "DTSTAMP:20261123T090000Z" in ics and ics == to_ics(
        booked, datetime(2026, 11, 23, 9, tzinfo=UTC)
    )
