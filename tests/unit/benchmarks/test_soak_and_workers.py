"""The parts of the soak and of the measure of workers that need no running product."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from actions.sandbox.store import Store
from benchmarks.books import Balance, Books, mark_of
from benchmarks.marked import write_between
from benchmarks.processes import wait_until
from benchmarks.soak import BEHIND, Pace, _rounds, keep_evidence
from benchmarks.workers import Both, Measured, Unfair, _check_fair, held_back, table_of


def test_every_kind_is_killed_once_before_any_is_killed_again():
    kinds, choose = ["Fairway", "Rasa", "redis"], _rounds(random.Random(3))
    rounds = [{next(choose)(kinds) for _ in kinds} for _ in range(5)]
    assert all(each == set(kinds) for each in rounds)


def test_what_is_gone_for_the_moment_is_not_chosen():
    choose = _rounds(random.Random(3))
    assert {next(choose)(["Rasa"]) for _ in range(3)} == {"Rasa"}


def test_messages_come_at_the_pace_and_an_outage_is_not_made_up_for_without_end():
    pace, end, began = Pace(per_second=50.0), threading.Event(), time.monotonic()
    for _ in range(20):
        pace.wait(end)
    assert time.monotonic() - began >= 19 / 50
    pace._next -= 60.0  # nobody could send for a minute
    now = time.monotonic()
    pace.wait(end)
    assert pace._next >= now - BEHIND


def test_without_a_rate_nobody_waits():
    pace, end = Pace(None), threading.Event()
    end.wait = lambda timeout=None: pytest.fail("waited")  # type: ignore[method-assign]
    for _ in range(3):
        pace.wait(end)


def test_a_worker_that_is_held_back_still_runs_and_is_free_again_afterwards():
    counts = "import itertools\nfor n in itertools.count(): print(n, flush=True)"
    with subprocess.Popen([sys.executable, "-c", counts], stdout=subprocess.PIPE) as worker:
        try:
            with held_back([worker.pid]):
                assert worker.stdout.readline() and worker.stdout.readline()
            wait_until(lambda: _state(worker.pid) != "T", 30)
        finally:
            worker.kill()


def test_the_talk_that_does_not_balance_is_kept_and_the_councils_records(tmp_path):
    mine, other = "ab" * 16, "cd" * 16
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'fairway.db'}")
    with engine.begin() as db:
        db.execute(sa.text("CREATE TABLE conversations (id TEXT)"))
        db.execute(sa.text("CREATE TABLE messages (conversation_id TEXT, at TEXT, text TEXT)"))
        for one in (mine, other):
            db.execute(sa.text("INSERT INTO conversations VALUES (:one)"), {"one": one})
            db.execute(sa.text("INSERT INTO messages VALUES (:one, 'now', 'hi')"), {"one": one})
    Store(tmp_path / "council.db")
    balance = Balance({}, (f"a reference, but no case at the council: {mark_of(mine)}",))
    keep_evidence(engine, tmp_path / "council.db", balance, tmp_path / "kept")
    (line,) = (tmp_path / "kept/talks.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == {"conversation_id": mine, "at": "now", "text": "hi"}
    assert Store(tmp_path / "kept/sandbox.db").rows("SELECT * FROM cases") == []
    engine.dispose()


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def test_the_table_of_workers_says_the_goal_and_the_ratio():
    one = Both(Measured(10.0, {"Rasa": 50.0}, 1.5), Measured(4.0, {"Rasa": 50.0}, 0.5))
    two = Both(Measured(12.0, {"Rasa": 55.0}, 2.0), Measured(8.0, {"Rasa": 52.0}, 0.9))
    table = table_of([one], [two], 30)
    assert "| 10.0 | 12.0 | 1.20× |" in table and "(goal 1.7×) | 4.0 | 8.0 | 2.00× |" in table


@pytest.mark.parametrize(
    ("turns", "odd"), [({"answered": 90, "error": 10}, []), ({}, []), ({"answered": 9}, ["404"])]
)
def test_turns_that_ended_without_rasa_make_no_figure(turns, odd):
    with pytest.raises(Unfair):
        _check_fair(Books(odd=odd), Counter(turns))
    _check_fair(Books(), Counter(answered=90, handed=20, error=1))


def test_what_a_command_printed_is_written_between_its_markers_only(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a: start -->\nold\n<!-- a: end -->\nafter\n")
    write_between(page, "a", "new")
    assert page.read_text() == "before\n<!-- a: start -->\nnew\n<!-- a: end -->\nafter\n"
    with pytest.raises(ValueError, match="no place between"):
        write_between(page, "b", "new")
