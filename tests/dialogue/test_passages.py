"""Rasa says which passages are near, over real HTTP, with the live model's own encoder."""

from __future__ import annotations

import json
import os
import time
import uuid
from datetime import date
from pathlib import Path

import pytest

from bot.files.pages import SHIPPED, load_pages
from bot.find_passage import PageIndex
from tests.dialogue.conftest import RASA_SECRET

INDEX = PageIndex.of(load_pages(SHIPPED))
NEAR = "/webhooks/passages/near"


def near(rasa, ask: str, language: str, secret: str = RASA_SECRET, **more) -> tuple[int, dict]:
    body = {"question": ask, "language": language, "lgsl": None, "pages": INDEX.digest, **more}
    headers = {"Authorization": f"Bearer {secret}"}
    return rasa._call("POST", NEAR, json.dumps(body).encode(), headers)


@pytest.fixture(scope="module")
def ready(rasa):
    """Rasa once it has read the pages, which it does beside answering."""
    deadline = time.monotonic() + 30
    while not near(rasa, "bin", "en")[1].get("near"):
        assert time.monotonic() < deadline, rasa.log.read_text()
        time.sleep(0.1)
    return rasa


def test_only_who_has_the_secret_may_ask_and_nonsense_is_refused(rasa):
    assert near(rasa, "bin", "en", "x" * 32)[0] == 401
    assert near(rasa, "", "en")[0] == 400


@pytest.mark.parametrize(
    ("ask", "language", "says"),
    [
        ("are dandelions and lawn clippings fine for the garden waste bin", "en", "Grass"),
        ("які документи потрібні, щоб проголосувати", "uk", "photo ID"),
        ("হারিয়ে যাওয়া ফুটবল ম্যাচ কে জিতেছে", "bn", None),
    ],
)
def test_what_it_says_is_near_is_quoted(ready, ask, language, says):
    status, answer = near(ready, ask, language)
    assert status == 200
    found = INDEX.find(ask, date.today(), language=language, near=answer["near"])
    assert says in found.passage if says else found is None


def test_a_question_about_pages_costs_less_than_its_patience(ready):
    ask = f"what documents should i bring to vote {uuid.uuid4().hex[:4]}"
    ready.ask(ask, uuid.uuid4().hex)
    before = processor_seconds(ready.pid)
    assert near(ready, ask, "en")[1]["near"]
    took = processor_seconds(ready.pid) - before
    assert took < 0.3, took  # of the processor: the clock would count what else the machine does


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
