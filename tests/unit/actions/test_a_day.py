"""A day at the council: forty conversations over the real actions, gateways and sandbox council.

On a good day each ends where it should. On a day when one of the systems fails, whichever and
however, nobody is left without a next step, nothing told is lost and nothing is sent twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from actions.sandbox.faults import GATEWAYS
from actions.sandbox.store import Store
from bot.need import Circumstances
from tests.unit.actions.driver import HASTY, PATIENT, POSTCODE, Heard, Talk, start_talk

Start = Callable[..., Talk]
LONGEST = 20
"""Turns; who is still being asked then is going round in circles."""


@dataclass(frozen=True)
class Visit:
    """Who comes for what. ``end``: a system a case goes to, or appointment, handoff, answer."""

    intent: str
    end: str
    language: str = "en"
    medium: str = "web"


_REPORTS = ("pothole", "street_light", "fly_tipping", "bulky_waste")
_CASES = (
    *("council_tax_move", "council_tax_discount", "council_tax_support", "housing_benefit"),
    *("council_home_repair", "free_school_meals", "school_transport", "noise_nuisance"),
    *("pest_control", "allotment"),
)
_ANSWERS = ("bin_collection", "library", "support_groups", "family_support_groups", "blue_badge")
_TALKS = ("homelessness", "care_assessment", "adult_safeguarding")
_LANGUAGES = ("en", "cy", "pl", "ur", "so")


def the_day() -> list[Visit]:
    """Forty visits: 22 services, five languages, web and text."""
    ends = [
        *(Visit(f"service_{name}", "open311") for name in _REPORTS * 2),
        *(Visit(f"service_{name}", "cases") for name in _CASES),
        *(Visit(f"service_{name}", "answer") for name in _ANSWERS * 2),
        *(Visit(f"service_{name}", "handoff") for name in _TALKS),
        *(Visit("human", "handoff") for _ in range(3)),
        *(Visit("face_to_face", "appointment") for _ in range(6)),
    ]
    return [
        replace(visit, language=_LANGUAGES[n % 5], medium="sms" if n % 3 == 0 else "web")
        for n, visit in enumerate(ends)
    ]


@dataclass
class Ended:
    """How a visit ended, and whether anything the citizen told was lost on the way."""

    visit: Visit
    ends: list[str]
    last: Heard
    told: dict[str, str]


def go(talk: Talk, number: int, visit: Visit, before_end: Callable[[], None]) -> Ended:
    """One visit from the first word to the end; ``before_end`` is called before the yes that
    sends what was told."""
    talk = replace(
        talk,
        sender=f"c{number}",
        language=visit.language,
        medium=visit.medium,
        slots={},
        circumstances=Circumstances(),
    )
    ends: list[str] = []
    heard = talk.say(f"/{visit.intent}", visit.intent)
    told: dict[str, str] = {}
    for _ in range(LONGEST):
        ends += _ends(heard)
        told = dict(heard.of("told")[-1]["summary"]) if heard.of("told") else told
        task = talk.slots.get("task")
        if not task:
            break
        if task["at"] == ":review":
            before_end()
        heard = talk.say(answer_to(task))
    else:
        raise AssertionError(f"{visit} goes round in circles: {heard.keys}")
    again = talk.say("/affirm")
    assert not [e for e in again.events if e["type"] in ("case", "appointment")], "sent twice"
    return Ended(visit, ends, heard, told)


def _ends(heard: Heard) -> list[str]:
    cases = [str(case["system"]) for case in heard.of("case")]
    return [*cases, *(k for k in ("appointment", "handoff") if heard.of(k))]


def answer_to(task: dict[str, Any]) -> str:
    """What an ordinary citizen says to a question."""
    if task["at"] == ":review":
        return "/affirm"
    question = next(q for q in task["questions"] if q["code"] == task["at"])
    plain = {"postcode": POSTCODE, "place": POSTCODE, "phone": "07700 900123", "number": "2"}
    if question["datatype"] == "yes_no":
        return "/deny" if task["at"] == "missed" else "/affirm"
    if question["datatype"].endswith("valuelist"):
        return str(question["options"][-1 if task["at"] == "duplicate" else 0][1])
    if question["datatype"] == "datetime":
        return "24/11/2026"
    return plain.get(question["datatype"], "4 Castle Gates")


def a_day(talk: Talk, before_end: Callable[[], None] = lambda: None) -> list[Ended]:
    return [go(talk, n, visit, before_end) for n, visit in enumerate(the_day())]


def held(talk: Talk) -> Counter[str]:
    """What the council's own systems hold at the end of the day."""
    store = Store(talk.book)
    counts = {
        "open311": "SELECT count(*) AS n FROM requests",
        "cases": "SELECT count(*) AS n FROM cases",
        "appointment": "SELECT count(*) AS n FROM bookings WHERE cancelled_at IS NULL",
    }
    return Counter({name: store.rows(sql)[0]["n"] for name, sql in counts.items()})


def test_a_good_day(talk: Talk) -> None:
    day = a_day(talk)
    assert len(day) == 40 and len({one.visit.language for one in day}) == 5
    assert len({one.visit.intent for one in day}) >= 15
    wrong = [
        (one.visit, one.ends, one.last.keys)
        for one in day
        if one.ends != ([] if one.visit.end == "answer" else [one.visit.end])
    ]
    assert wrong == []
    assert held(talk) == Counter(one.visit.end for one in day if one.visit.end in held(talk))


def check(talk: Talk, day: list[Ended]) -> None:
    """Nobody without a next step, nothing lost, nothing sent twice."""
    for one in day:
        if one.visit.end in one.ends or one.visit.end == "answer":
            continue
        # What could not be done went to a person, with everything that had been told.
        assert one.ends == ["handoff"], (one.visit, one.ends, one.last.keys)
        summary = one.last.of("handoff")[0]["summary"]
        assert set(one.told.values()) <= {*summary.values(), one.visit.intent}, one.visit
    done = Counter(end for one in day for end in one.ends if end != "handoff")
    assert held(talk) == Counter({name: done[name] for name in held(talk)})


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_day_with_a_system_down(talk: Talk, gateway: str) -> None:
    talk.fault(gateway, "down")
    check(talk, a_day(talk))


@pytest.mark.parametrize("gateway", ["open311", "cases", "appointments"])
def test_a_day_on_which_a_system_fails_just_as_things_are_sent(talk: Talk, gateway: str) -> None:
    broken = a_day(talk, lambda: talk.fault(gateway, "down"))
    check(talk, broken)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["slow", "wrong", "rate_limited", "too_big"])
@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_day_with_a_system_ill(tmp_path: Path, gateway: str, mode: str) -> None:
    talk = start_talk(tmp_path, patience=HASTY if mode == "slow" else PATIENT)
    talk.fault(gateway, mode)
    check(talk, a_day(talk))
