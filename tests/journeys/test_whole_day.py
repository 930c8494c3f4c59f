"""A day at the council through the whole running product: forty conversations in people's own
words, five languages, web and text. On a good day each ends in the right place; with a council
system down, with a person who has been told everything."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from benchmarks.processes import wait_until
from tests.journeys.conftest import ApiCitizen
from tests.journeys.test_sms import inbound
from tests.unit.actions.test_a_day import LONGEST, Visit, answer_to, the_day

DATA = Path(__file__).resolve().parents[2] / "nlu" / "data"
HELD = {
    "open311": "SELECT count(*) FROM requests",
    "cases": "SELECT count(*) FROM cases",
    "appointment": "SELECT count(*) FROM bookings WHERE cancelled_at IS NULL",
}
BY_TEXT = {"/affirm": {"en": "yes", "cy": "ie"}, "/deny": {"en": "no", "cy": "na"}}


@cache
def words_for(intent: str, language: str) -> str:
    """How somebody begins: the first phrase of that language for it, else of English."""
    name = intent.removeprefix("service_")
    for folder in (language, "en"):
        path = DATA / folder / f"{name}.yml"
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"] if path.exists() else ():
            if block.get("intent") == intent:
                return block["examples"].splitlines()[0].removeprefix("- ").strip()
    raise LookupError(intent)


@dataclass
class WebVisitor:
    """Somebody at the web chat, who presses what is offered."""

    product: Any
    language: str

    def __post_init__(self) -> None:
        self._citizen = ApiCitizen(self.product, self.language)
        self.id = self._citizen.id

    def say(self, text: str) -> None:
        self._citizen.send(text)


@dataclass
class TextVisitor:
    """Somebody with a phone, who types what they are asked for."""

    product: Any
    language: str
    number: str
    id: str = ""

    def say(self, text: str) -> None:
        before = self._turns()
        assert inbound(self.product, self.number, self._typed(text)).status_code in (200, 204)
        wait_until(lambda: self._turns() > before, 30)
        query = "select id from conversations where address = :n"
        self.id = self.product.rows(query, n=self._held)[0]["id"]

    def _typed(self, text: str) -> str:
        """A choice by its number in the question; yes and no as words."""
        if text in BY_TEXT:
            return BY_TEXT[text][self.language]
        task = task_of(self.product, self.id) if self.id else None
        asked = [q for q in task["questions"] if q["code"] == task["at"]] if task else []
        values = [str(option[1]) for option in asked[0].get("options") or ()] if asked else []
        return str(values.index(text) + 1) if text in values else text

    def _turns(self) -> int:
        query = (
            "select count(*) n from turn_records t join conversations c"
            " on c.id = t.conversation_id where c.address = :n"
        )
        return int(self.product.rows(query, n=self._held)[0]["n"])

    @property
    def _held(self) -> str:
        return self.product.held_as("conversations.address", self.number)


def task_of(product, conversation_id: str) -> dict[str, Any] | None:
    """The questions under way, as Rasa keeps them."""
    query = "SELECT data FROM events WHERE sender_id = ? AND type_name = 'slot' ORDER BY id DESC"
    with closing(sqlite3.connect(product.home / "rasa.db", timeout=10)) as db:
        for (data,) in db.execute(query, (conversation_id,)):
            slot = json.loads(data)
            if slot["name"] == "task":
                return slot["value"]
    return None


def held(product) -> Counter[str]:
    """What the council's own systems hold."""
    with closing(sqlite3.connect(product.home / "sandbox.db", timeout=10)) as db:
        return Counter({name: db.execute(sql).fetchone()[0] for name, sql in HELD.items()})


def go(product, number: int, visit: Visit) -> list[str]:
    """One visit; where it ended: systems that got something, and ``handoff``."""
    language = visit.language if visit.medium == "web" else ("en", "cy")[number % 2]
    who = (
        WebVisitor(product, language)
        if visit.medium == "web"
        else TextVisitor(product, language, f"447700{900300 + number}")
    )
    before = held(product)
    who.say(words_for(visit.intent, language))
    for _ in range(LONGEST):
        task = task_of(product, who.id)
        if not task:
            break
        who.say(answer_to(task))
    else:
        raise AssertionError(f"{visit} goes round in circles")
    said = product.rows("select sender from messages where conversation_id = :id", id=who.id)
    assert len(said) > 1, visit
    handoffs = product.rows("select id from handoffs where conversation_id = :id", id=who.id)
    return [*(held(product) - before).elements(), *("handoff" for _ in handoffs)]


def fault(product, gateway: str, mode: str) -> None:
    url = f"{product.internal_url}/sandbox/faults"
    body = {"gateway": gateway, "mode": mode}
    httpx.post(url, json=body, trust_env=False, timeout=60).raise_for_status()


def test_a_good_day_ends_where_it_should(product):
    day = [(visit, go(product, n, visit)) for n, visit in enumerate(the_day())]
    assert len(day) == 40
    wrong = [
        (visit, ends)
        for visit, ends in day
        if ends != ([] if visit.end == "answer" else [visit.end])
    ]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("gateway", ["open311", "cases", "appointments"])
def test_a_day_with_a_system_down_leaves_nobody_without_a_next_step(product, gateway):
    system = {"appointments": "appointment"}.get(gateway, gateway)
    hit = [visit for visit in the_day() if visit.end == system][:4]
    fault(product, gateway, "down")
    try:
        ends = [go(product, 60 + n, visit) for n, visit in enumerate(hit)]
    finally:
        fault(product, gateway, "ok")
    assert ends == [["handoff"]] * len(hit)
