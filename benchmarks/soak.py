"""Citizens talk, processes are killed at random, and in the end the books must balance.

The reconciliation tells of every message a citizen's program got accepted that it was kept once,
answered once and recorded once; that no conversation has two people on the way; that no report
reached the council twice. ``tests/journeys/test_several_processes.py`` runs it: a minute in every
run of the tests, twenty in ``make check-slow``.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa

REPORT = (
    "there is a massive pothole on my road", "SY1 2AS", "outside number 4 Castle Gates",
    "Bigger than a dustbin lid", "skip", "it is deep and full of water", "skip", "skip", "yes",
)  # fmt: skip
TALKS = (
    REPORT,
    REPORT,
    ("when is my bin day", "SY1 2AS", "thank you", "there is a pothole"),
    ("someone dumped rubbish in the lane, fly tipping", "SY1 2AS", "yes", "no"),
    ("i need help with council tax", "can i talk to a person please", "it is urgent"),
    ("i have no internet", "where is the library", "why", "goodbye"),
    ("blue badge", "yes", "how long does it take", "i want to come in"),
)
PATIENCE = 90.0
"""Seconds a citizen's program tries again with the same message before it gives up."""


@dataclass
class Books:
    """What the citizens' programs know. ``accepted``: (conversation, client id)."""

    accepted: list[tuple[str, str]] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    retries: int = 0
    seconds: list[float] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Balance:
    """The reconciliation: counts, and ``wrong``, which is empty when the books balance."""

    counts: dict[str, int]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        width = max(map(len, self.counts))
        lines = [f"{name:<{width}}  {count:>7}" for name, count in self.counts.items()]
        return "\n".join([*lines, *(f"WRONG: {w}" for w in self.wrong or ())])


class Citizen(threading.Thread):
    """Talks until ``end`` is set; tries again what fails, as the chat page does."""

    def __init__(self, url: str, end: threading.Event, books: Books, number: int) -> None:
        super().__init__(name=f"citizen {number}")
        self._url, self._end, self._books = url, end, books
        self._random = random.Random(number)

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=20, trust_env=False) as client:
            while not self._end.is_set():
                self._talk(client, self._random.choice(TALKS))

    def _talk(self, client: httpx.Client, texts: Sequence[str]) -> None:
        started = self._until_done(lambda: client.post("/api/conversations"), 201)
        if started is None:
            return
        held = started.json()
        headers = {"Authorization": f"Bearer {held['token']}"}
        for text in texts:
            body = {"text": text, "client_id": uuid.uuid4().hex}
            path = f"/api/conversations/{held['id']}/messages"
            began = time.monotonic()
            said = self._until_done(
                functools.partial(client.post, path, json=body, headers=headers), 200
            )
            with self._books.lock:
                mine = (held["id"], body["client_id"])
                (self._books.accepted if said else self._books.given_up).append(mine)
                self._books.seconds.append(time.monotonic() - began)
            if said is None or self._end.is_set():
                return

    def _until_done(self, ask: Callable[[], httpx.Response], wanted: int) -> httpx.Response | None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = ask()
                if answer.status_code == wanted:
                    return answer
                if answer.status_code not in (429, 500, 502, 503, 504):
                    raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
            except httpx.HTTPError:
                pass
            with self._books.lock:
                self._books.retries += 1
            time.sleep(0.3)
        return None


def soak(
    url: str,
    seconds: float,
    citizens: int,
    kill_every: float,
    victims: Callable[[], dict[str, int]],
    least_kills: int = 0,
) -> Books:
    """Let ``citizens`` talk for ``seconds``, and on a machine that stood still in between until
    ``least_kills``; every ``kill_every`` kill -9 one of ``victims`` (name → process id, asked
    anew each time)."""
    books, end = Books(), threading.Event()
    talkers = [Citizen(url, end, books, n) for n in range(citizens)]
    for talker in talkers:
        talker.start()
    chance = random.Random(7)
    began = time.monotonic()
    while time.monotonic() - began < seconds or books.kills.total() < least_kills:
        time.sleep(kill_every)
        found = victims()
        if not found:
            continue
        name = chance.choice(sorted(found))
        try:
            os.kill(found[name], signal.SIGKILL)
        except ProcessLookupError:
            continue
        books.kills[name] += 1
    end.set()
    for talker in talkers:
        talker.join()
    return books


def reconcile(books: Books, engine: sa.Engine, sandbox: Path) -> Balance:
    """Compare what citizens' programs know with what the database and the council hold."""
    with engine.connect() as db:
        rows = db.execute(
            sa.text("SELECT conversation_id, client_id, answered FROM messages WHERE sender = :c"),
            {"c": "citizen"},
        ).all()
        turns = Counter(db.execute(sa.text("SELECT conversation_id FROM turn_records")).scalars())
        handoffs = Counter(
            db.execute(
                sa.text(
                    "SELECT conversation_id FROM handoffs WHERE status IN ('waiting', 'claimed')"
                )
            ).scalars()
        )
    kept = Counter((row[0], row[1]) for row in rows if row[1])
    asked = Counter(row[0] for row in rows)
    keys = _keys(sandbox)
    wrong = [f"lost: {one}" for one in books.accepted if not kept[one]]
    wrong += [f"kept {n} times: {one}" for one, n in kept.items() if n > 1]
    wrong += [f"not answered: {row[0]}" for row in rows if not row[2]]
    wrong += [
        f"{asked[c]} messages and {turns[c]} turns: {c}"
        for c in asked.keys() | turns.keys()
        if asked[c] != turns[c]
    ]
    wrong += [f"{n} people on the way: {c}" for c, n in handoffs.items() if n > 1]
    wrong += [f"reported {n} times: {key}" for key, n in Counter(keys).items() if n > 1]
    wrong += [f"given up: {one}" for one in books.given_up]
    counts = {
        "messages accepted": len(books.accepted),
        "tried again": books.retries,
        "messages kept": len(rows),
        "turns recorded": sum(turns.values()),
        "conversations": len(asked),
        "people on the way": sum(handoffs.values()),
        "reports at the council": len(keys),
        "processes killed": sum(books.kills.values()),
    }
    return Balance(counts, tuple(wrong))


def unanswered(engine: sa.Engine) -> int:
    """Messages that nobody has answered yet."""
    with engine.connect() as db:
        query = sa.text("SELECT count(*) FROM messages WHERE NOT answered")
        return int(db.execute(query).scalar_one())


def _keys(sandbox: Path) -> list[str]:
    if not sandbox.exists():
        return []
    with closing(sqlite3.connect(sandbox)) as db:
        query = "SELECT coalesce(idempotency_key, fingerprint) FROM requests"
        return [str(key) for (key,) in db.execute(query)]
