"""The reconciliation of a soak finds what was lost and what was done twice."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.sandbox.store import Store
from benchmarks.books import COUNCIL, Books, Held, _told, mark_of, reconcile, waits

TALK = "0123456789abcdef0123456789abcdef"
BOOKS = Books(
    accepted=[(TALK, "m1"), (TALK, "m2")],
    promised=[("report", mark_of(TALK))],
    seconds=[0.1, 0.2],
)
HELD = Held(
    kept=Counter({(TALK, "m1"): 1, (TALK, "m2"): 1}),
    asked=Counter({TALK: 2}),
    unanswered=(),
    turns=Counter({TALK: 2}),
    endings=Counter({"answered_*": 2}),
    handoffs=1,
    on_the_way=Counter({TALK: 1}),
    council={"report": Counter({mark_of(TALK): 1}), "booking": Counter(), "case": Counter()},
    events=frozenset({"e1"}),
    at_broker=Counter({"e1": 2}),
)


def test_f1_books_that_balance_have_nothing_wrong():
    balance = reconcile(BOOKS, HELD)
    assert balance.wrong == () and "WRONG" not in str(balance)
    assert (balance.counts["lost"], balance.counts["doubled"]) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"kept": Counter({(TALK, "m1"): 1})}, "lost"),
        ({"unanswered": (TALK,)}, "not answered"),
        ({"turns": Counter({TALK: 1})}, "2 messages and 1 turns"),
        ({"council": {kind: Counter() for kind in COUNCIL}}, "no report at the council"),
        ({"at_broker": Counter()}, "event not at the broker"),
    ],
)
def test_f1_what_was_lost_is_found(changed, says):
    balance = reconcile(BOOKS, replace(HELD, **changed))
    assert balance.counts["lost"] == 1 and balance.counts["doubled"] == 0
    assert says in balance.wrong[0] and "WRONG" in str(balance)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"kept": Counter({(TALK, "m1"): 2, (TALK, "m2"): 1})}, "kept 2 times"),
        ({"turns": Counter({TALK: 3})}, "2 messages and 3 turns"),
        ({"on_the_way": Counter({TALK: 2})}, "2 people on the way"),
        ({"council": {**HELD.council, "case": Counter({mark_of(TALK): 2})}}, "2 cases"),
        ({"council": {**HELD.council, "booking": Counter({mark_of(TALK): 2})}}, "2 bookings"),
    ],
)
def test_f2_what_was_done_twice_is_found(changed, says):
    balance = reconcile(BOOKS, replace(HELD, **changed))
    assert balance.counts["doubled"] == 1 and balance.counts["lost"] == 0
    assert says in balance.wrong[0]


def test_f1_who_gave_up_and_odd_answers_are_wrong_too():
    books = Books(given_up=[(TALK, "m3")], odd=["404: nothing here"])
    assert [w.split(":")[0] for w in reconcile(books, HELD).wrong] == ["given up", "404"]


@given(st.uuids(), st.uuids())
def test_talks_have_marks_of_their_own(one, other):
    assert (mark_of(one.hex) == mark_of(other.hex)) == (one.hex[:16] == other.hex[:16])


def test_the_council_is_read_by_mark(tmp_path):
    file = tmp_path / "council.db"
    Store(file)
    row = "INSERT INTO bookings VALUES (?, ?, ?, ?, '', ?)"
    with closing(sqlite3.connect(file)) as db, db:
        for n, cancelled in enumerate([None, None, "2026-01-01"]):
            db.execute(row, (f"A{n}", f"s{n}", f'{{"name": "Sam {mark_of(TALK)}"}}', n, cancelled))
    assert _told(file, COUNCIL["booking"]) == {mark_of(TALK): 2}
    assert all(_told(file, COUNCIL[kind]) == {} for kind in ("report", "case"))


def test_how_long_answers_took_is_said_in_words():
    assert waits([0.1] * 99 + [30.0]).endswith("longest 30.0 s")
