"""One suite for the desk's booking of visits, in memory and over the sandbox council's system."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actions.desk_visits import GatewayVisits
from actions.gateways import CouncilSettings, make_gateways
from actions.sandbox import create_sandbox
from bot.desk_visit import FreeVisit, VisitGone, VisitsUnavailable, book_visit, free_visits
from bot.desk_work import claim_case
from bot.errors import HandoffNotYours
from channels.desk.visits_memory import MemoryVisits
from tests.desk_kit import Desk
from tests.turn_kit import Citizen
from tests.web_kit import serve

CONTACT = {"name": "Sam Jones", "phone": "07700 900123", "needs": "step_free"}


def memory():
    now = datetime.now(UTC) + timedelta(days=2)
    times = [FreeVisit(f"s{n}", "Library, Castle Gates", now + timedelta(hours=n)) for n in (2, 1)]
    return MemoryVisits({visit.id: visit for visit in times})


@pytest.fixture(params=["memory", "sandbox"])
def book(request, tmp_path):
    if request.param == "memory":
        yield memory()
        return
    with serve(create_sandbox(tmp_path / "sandbox.db", cases_secret="x")) as served:
        council = CouncilSettings(name="T", slug="shropshire", gss="E06000051")
        yield GatewayVisits(lambda client: make_gateways(client, served.url, council))


def test_a_free_time_is_booked_once(book):
    first, *others = book.free(step_free=False, interpreter=None)
    assert others
    assert first.starts_at <= others[0].starts_at
    made = book.book(first.id, CONTACT, "key-1")
    assert (made.place, made.starts_at) != ("", None)
    assert book.book(first.id, CONTACT, "key-1") == made
    with pytest.raises(VisitGone):
        book.book(first.id, CONTACT, "key-2")
    assert first.id not in [visit.id for visit in book.free(step_free=False, interpreter=None)]


def test_a_system_that_is_away_is_said_to_be():
    nowhere = CouncilSettings(name="T", slug="shropshire", gss="E06000051")
    away = GatewayVisits(lambda client: make_gateways(client, "http://127.0.0.1:9", nowhere))
    down = memory()
    down.down = True
    for book in (away, down):
        with pytest.raises(VisitsUnavailable):
            book.free(step_free=False, interpreter=None)
        with pytest.raises(VisitsUnavailable):
            book.book("s1", CONTACT, "key")


def test_the_citizen_is_told_and_reminded():
    desk, book = Desk(), MemoryVisits()
    citizen = Citizen(desk.turn)
    citizen.says("person")
    asha, bryn = desk.hire("asha"), desk.hire("bryn")
    case = claim_case(desk.parts, asha, citizen.handoff.id)
    starts = desk.turn.clock.now() + timedelta(days=3)
    book.held["s1"] = FreeVisit("s1", "Library", starts)
    assert [v.id for v in free_visits(desk.parts, asha, case.id, book)] == ["s1"]
    with pytest.raises(HandoffNotYours):
        book_visit(desk.parts, bryn, case.id, book, "s1", "Sam", "")
    for wrong in ("", "s2"):
        with pytest.raises(VisitGone):
            book_visit(desk.parts, asha, case.id, book, wrong, "Sam", "")
    made = book_visit(desk.parts, asha, case.id, book, "s1", " Sam ", "07700 900123")
    assert book.contacts[made.reference]["name"] == "Sam"
    said = desk.texts(citizen.conversation.id)[-1]
    assert "appointment_booked" in said and made.reference in said
    assert desk.log(case.id)[-1] == "asha visit_booked"
    with desk.store.begin() as work:
        assert work.outbox.waiting("reminder") == 1
        (held,) = work.council_cases.of(citizen.conversation.id)
    assert (held.system, held.reference) == ("appointments", made.reference)
