"""F3: what breaks around the web channel, and the designed state it is then in."""

from __future__ import annotations

import threading
import time

import httpx
import pytest
import sqlalchemy as sa

from bot.stores import schema as t
from channels.assistant_memory import MemoryAssistant
from channels.sms.postman import Postman
from channels.sms.providers import make_provider
from tests.forms_kit import PAGE, Browser
from tests.unit.channels.web.test_api import Caller
from tests.web_kit import NowClock, make_parts, public_app, serve

PHONE = "0345 000 0000"


class Breaker:
    """Makes the database fail as a server that is gone, or a disk that is full, does."""

    def __init__(self, engine: sa.Engine) -> None:
        self.words = ""
        self.only = ""
        sa.event.listen(engine, "before_cursor_execute", self._maybe_fail)

    def _maybe_fail(self, _connection, _cursor, statement, *_) -> None:
        if self.words and self.only in statement:
            raise sa.exc.OperationalError(statement, {}, Exception(self.words))


@pytest.fixture
def breaker(parts):
    return Breaker(parts.engine)


def rows(parts, table) -> int:
    with parts.engine.connect() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("words", ["server closed the connection", "database or disk is full"])
def test_f3_without_the_database_nothing_is_taken_and_nobody_is_told_it_was(
    site, parts, breaker, words
):
    caller = Caller(site)
    breaker.words = words
    for ask in (
        lambda: caller.post({"text": "my bin", "client_id": "one"}),
        lambda: site.post("/api/conversations"),
        lambda: site.get(f"{caller.url}/messages", headers=caller.headers),
    ):
        answer = ask()
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["error"] == "not_taken" and answer.json()["phone"] == PHONE
        assert "kept" not in answer.text and "have your message" not in answer.text
    page = site.get("/", headers={**PAGE, "Cookie": f"fairway_chat={caller.started['id']}.x"})
    assert page.status_code == 503 and PHONE in page.text and "retry-after" in page.headers
    breaker.words = ""
    assert caller.says("my bin", client_id="one")["messages"]
    assert len(caller.reads()) == 3


def test_f3_a_disk_that_fills_up_in_the_middle_loses_nothing_that_was_accepted(
    site, parts, breaker
):
    caller = Caller(site)
    breaker.only, breaker.words = "INSERT INTO turn_records", "database or disk is full"
    answer = caller.post({"text": "my bin", "client_id": "one"})
    assert (answer.status_code, answer.json()["error"]) == (503, "answer_delayed")
    assert answer.headers["retry-after"]
    assert [m["text"] for m in caller.reads()[1:]] == ["my bin"], "kept, as it was said"
    breaker.words = ""
    assert caller.says("my bin", client_id="one")["messages"]
    assert rows(parts, t.turn_records) == 1


def test_f3_a_really_full_disk(parts, site):
    caller = Caller(site)
    with parts.engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.rollback()
    sa.event.listen(
        parts.engine, "checkout", lambda c, *_: c.execute(f"PRAGMA max_page_count={pages}")
    )
    text = "x" * 2000
    answers = [caller.post({"text": text, "client_id": str(n)}).status_code for n in range(12)]
    assert 503 in answers and set(answers) <= {200, 503}
    assert site.get("/healthz").status_code == 200


@pytest.mark.parametrize("jump", [-7200.0, 7200.0])
def test_f3_a_clock_that_jumps_changes_neither_order_nor_answers(site, parts, clock, jump):
    caller = Caller(site)
    caller.says("one")
    clock.ahead = jump
    caller.says("two")
    clock.ahead = 0.0
    caller.says("three")
    said = [m["text"] for m in caller.reads() if m["from"] == "citizen"]
    assert said == ["one", "two", "three"]
    with parts.engine.connect() as db:
        times = db.execute(sa.select(t.turn_records.c.ms)).scalars().all()
    assert len(times) == 3 and min(times) >= 0


@pytest.fixture
def busy(tmp_path):
    assistant = MemoryAssistant()
    parts = make_parts(tmp_path, assistant, NowClock(), FAIRWAY_AT_ONCE="2")
    with (
        serve(public_app(parts)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        yield client, assistant
    parts.engine.dispose()


def test_f3_too_much_at_once_is_turned_away_with_a_number_to_ring(busy):
    site, assistant = busy
    callers = [Caller(site) for _ in range(6)]
    assistant.seconds = 0.8
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda c=c: answers.append(c.post({"text": "hello"})))
        for c in callers
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert site.get("/healthz").status_code == 200
    page = site.get("/", headers=PAGE)
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) == 2 and set(statuses) == {200, 503}
    assert page.status_code == 503 and PHONE in page.text
    turned_away = next(a for a in answers if a.status_code == 503)
    assert turned_away.json()["phone"] == PHONE
    assert 1 <= int(turned_away.headers["retry-after"]) <= 60
    assistant.seconds = 0.0
    assert all(caller.says("hello")["messages"] for caller in callers), "the next time it works"


def test_f1_what_is_under_way_is_finished_before_the_end(tmp_path):
    assistant = MemoryAssistant()
    parts = make_parts(tmp_path, assistant, NowClock())
    with httpx.Client(trust_env=False, timeout=60) as client:
        with serve(public_app(parts)) as served:
            client.base_url = served.url
            caller = Caller(client)
            assistant.seconds = 0.5
            answers: list[httpx.Response] = []
            thread = threading.Thread(target=lambda: answers.append(caller.post({"text": "hi"})))
            thread.start()
            while not rows(parts, t.messages) > 1:
                time.sleep(0.01)
        thread.join()
    assert [answer.status_code for answer in answers] == [200]
    parts.engine.dispose()


def test_s8_a_form_that_never_ends_is_cut_off(site):
    browser = Browser(site)
    answer = site.post(
        "/chat", content=b"text=" + b"x" * 300_000, headers={**PAGE, "Content-Type": FORM}
    )
    assert answer.status_code == 413 and browser.page.status_code == 200


FORM = "application/x-www-form-urlencoded"


def test_f3_after_an_outage_of_the_database_what_waits_is_answered_within_seconds(
    parts, site, breaker
):
    caller = Caller(site)
    breaker.only, breaker.words = "INSERT INTO turn_records", "server closed the connection"
    assert caller.post({"text": "my bin"}).status_code == 503
    now = [0.0]
    parts.turn.clock.ahead = 60.0
    postman = Postman(parts, make_provider(parts.settings), lambda: now[0])
    for _ in range(5):  # half a minute of outage
        postman.run_once()
        now[0] += 6.0
    breaker.words = ""
    postman.run_once()
    assert rows(parts, t.turn_records) == 1
    postman.stop()
