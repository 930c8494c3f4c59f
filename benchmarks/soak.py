"""Citizens talk, processes are killed at random, and in the end the books must balance.

    python -m benchmarks.soak --minutes 20

starts two Fairways and two Rasas behind a proxy with a PostgreSQL, a Redis, a RabbitMQ and a
sandbox council of their own, measures how many messages a second they answer, lets citizens send
seven tenths of that, and kills (-9) one process every fifteen seconds. It prints the
reconciliation (``benchmarks.books``) and ends with 1 when anything was lost or doubled.
``tests/journeys/test_several_processes.py`` runs a short form of it in every run of the tests.
"""

from __future__ import annotations

import datetime
import functools
import json
import math
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
import sqlalchemy as sa

from benchmarks.books import Balance, Books, all_quiet, mark_of, read_held, reconcile, waits
from benchmarks.capacity import ROOT
from benchmarks.marked import write_between
from benchmarks.processes import wait_until
from benchmarks.scaled import Scaled, own_servers, running_scaled

PAGE = ROOT / "docs" / "operations.md"
KEPT, NAME = ROOT / "var" / "soak", "sandbox.db"


@dataclass(frozen=True)
class Script:
    """What a citizen says, and what the council is told by the end of it, if anything. ``{mark}``
    is another word in every talk, by which the council's record is found."""

    texts: tuple[str, ...]
    effect: str = ""


REPORT = Script((
    "there is a massive pothole on my road", "SY1 2AS", "outside number 4 Castle Gates",
    "Bigger than a dustbin lid", "skip", "it is deep, {mark}", "skip", "skip", "yes",
), "report")  # fmt: skip
SCRIPTS = (
    REPORT,
    REPORT,
    Script(("can i come in and see someone", "SY1 2AS", "yes", "1", "Sam {mark}", "skip", "yes"),
           "booking"),
    Script(("i want an allotment", "skip", "4 Castle Gates, Shrewsbury", "1", "Sam {mark}", "skip",
            "yes"), "case"),
    Script(("when is my bin day", "SY1 2AS", "thank you", "there is a pothole")),
    Script(("someone dumped rubbish in the lane, fly tipping", "SY1 2AS", "yes", "no")),
    Script(("i need help with council tax", "can i talk to a person please", "it is urgent")),
    Script(("i have no internet", "where is the library", "why", "goodbye")),
    Script(("blue badge", "yes", "how long does it take", "i want to come in")),
)  # fmt: skip
DETOURS = {
    "Is it one of them?": "No, none of these",
    "that time has just gone": "1",
    "Is it right?": "yes",
}
"""What is said to a question that not every talk of a script comes to."""
MOST_DETOURS = 4
PATIENCE = 90.0
"""Seconds a citizen's program tries again with the same message before it gives up."""
BEHIND = 2.0
"""Seconds of messages that were due in an outage and are still sent after it."""
MEASURED_FOR, AT_ONCE = 30.0, 8
SHARE = 0.7
SETTLE = 300.0

Victims = Callable[[], Mapping[str, Sequence[int]]]


class Pace:
    """When the next message is due, for all citizens together; without a rate it is at once."""

    def __init__(self, per_second: float | None) -> None:
        self._every = 1 / per_second if per_second else 0.0
        self._next, self._lock = time.monotonic(), threading.Lock()

    def wait(self, end: threading.Event) -> None:
        """Return when it is this citizen's turn, or at the end."""
        with self._lock:
            now = time.monotonic()
            due = max(self._next, now - BEHIND)
            self._next = due + self._every
        if self._every and due > now:
            end.wait(due - now)


class Citizen(threading.Thread):
    """Talks until ``end`` is set; tries again what fails, as the chat page does."""

    def __init__(
        self, url: str, end: threading.Event, books: Books, number: int, pace: Pace
    ) -> None:
        super().__init__(name=f"citizen {number}")
        self._url, self._end, self._books, self._pace = url, end, books, pace
        self._random = random.Random(number)

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=20, trust_env=False) as client:
            while not self._end.is_set():
                self._talk(client, self._random.choice(SCRIPTS))

    def _talk(self, client: httpx.Client, script: Script) -> None:
        self._pace.wait(self._end)
        started = self._until_done(lambda: client.post("/api/conversations"), 201)
        if started is None:
            return
        held, detours = started.json(), 0
        texts = [text.format(mark=mark_of(held["id"])) for text in script.texts]
        while texts and not self._end.is_set():
            said = self._say(client, held, texts.pop(0))
            if said is None:
                return
            answer = " ".join(message["text"] for message in said.json()["messages"])
            if script.effect and "reference is" in answer:
                with self._books.lock:
                    self._books.promised.append((script.effect, mark_of(held["id"])))
            more = [reply for asked, reply in DETOURS.items() if asked in answer]
            if more and texts[:1] != more[-1:] and detours < MOST_DETOURS:
                texts, detours = more[-1:] + texts, detours + 1
            self._pace.wait(self._end)

    def _say(
        self, client: httpx.Client, held: Mapping[str, str], text: str
    ) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {held['token']}"}
        body = {"text": text, "client_id": uuid.uuid4().hex}
        path, began = f"/api/conversations/{held['id']}/messages", time.monotonic()
        ask = functools.partial(client.post, path, json=body, headers=headers)
        said = self._until_done(ask, 200)
        with self._books.lock:
            mine = (held["id"], body["client_id"])
            (self._books.accepted if said else self._books.given_up).append(mine)
            self._books.seconds.append(time.monotonic() - began)
        return said

    def _until_done(self, ask: Callable[[], httpx.Response], wanted: int) -> httpx.Response | None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = ask()
                if answer.status_code == wanted:
                    return answer
                if answer.status_code not in (429, 500, 502, 503, 504):
                    with self._books.lock:
                        told = f"{answer.status_code}: {answer.text[:200]}"
                        self._books.odd.append(f"an answer nobody should get: {told}")
                    return None
            except httpx.HTTPError:
                pass
            with self._books.lock:
                self._books.retries += 1
            time.sleep(0.3)
        return None


def talk(
    url: str, books: Books, citizens: int, work: Callable[[], None], per_second: float | None = None
) -> float:
    """Let ``citizens`` talk while ``work`` runs, ``per_second`` messages together or as fast as
    they are answered. Messages a second that were accepted."""
    end, pace, before = threading.Event(), Pace(per_second), len(books.accepted)
    talkers = [Citizen(url, end, books, n, pace) for n in range(citizens)]
    began = time.monotonic()
    for talker in talkers:
        talker.start()
    try:
        work()
        took, sent = time.monotonic() - began, len(books.accepted) - before
    finally:
        end.set()
        for talker in talkers:
            talker.join()
    return sent / took


def kill_for(
    seconds: float, kill_every: float, victims: Victims, books: Books, least_kills: int = 0
) -> None:
    """For ``seconds``, and on a machine that stood still in between until ``least_kills``: every
    ``kill_every`` kill -9 one of ``victims`` (kind → process ids, asked anew each time). Each kind
    has its turn before any has a second."""
    began, kinds = time.monotonic(), _rounds(random.Random(7))
    while time.monotonic() - began < seconds or books.kills.total() < least_kills:
        time.sleep(kill_every)
        found = victims()
        kind = next(kinds)(sorted(found))
        try:
            os.kill(random.choice(found[kind]), signal.SIGKILL)
        except ProcessLookupError:
            continue
        books.kills[kind] += 1


def _rounds(chance: random.Random) -> Iterator[Callable[[Sequence[str]], str]]:
    """Ways to choose from what there is now, so that each name comes up once a round."""
    had: set[str] = set()

    def choose(names: Sequence[str]) -> str:
        left = [name for name in names if name not in had]
        if not left:
            had.clear()
        chosen = chance.choice(left or list(names))
        had.add(chosen)
        return chosen

    while True:
        yield choose


def soak(
    product: Scaled,
    books: Books,
    seconds: float,
    kill_every: float,
    citizens: int,
    per_second: float | None = None,
    least_kills: int = 0,
) -> float:
    """Let citizens talk while processes are killed; messages a second that were accepted."""
    kill = functools.partial(
        kill_for, seconds, kill_every, product.processes, books, least_kills
    )  # fmt: skip
    return talk(product.url, books, citizens, kill, per_second)


def balance_of(product: Scaled, books: Books) -> Balance:
    """The reconciliation, when all is quiet. Raises TimeoutError when it does not become so."""
    wait_until(lambda: all_quiet(product.engine), SETTLE)
    held = read_held(product.engine, product.servers.sandbox_file, product.servers.rabbitmq.url)
    return reconcile(books, held)


@click.command()
@click.option("--minutes", default=20.0, show_default=True)
@click.option("--kill-every", default=15.0, show_default=True, help="Seconds between two kills.")
@click.option("--share", default=SHARE, show_default=True, help="Of the capacity just measured.")
@click.option("--write/--no-write", default=False, help="Write docs/operations.md.")
def main(minutes: float, kill_every: float, share: float, write: bool) -> None:
    """Soak the product and print whether the books balance. Ends with 1 when they do not."""
    books = Books()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            own_servers(folder) as servers,
            running_scaled(folder, servers, ROOT / "var" / "models") as product,
        ):
            most = _measure(product, books)
            click.echo(f"Capacity: {most:.1f} messages a second. Soaking at {share * most:.1f}.")
            books.seconds.clear()
            rate = share * most
            sent = soak(product, books, minutes * 60, kill_every, _enough(rate), rate)
            balance = balance_of(product, books)
            if balance.wrong:
                click.echo(f"What is needed to look into it is in {KEPT}.")
                keep_evidence(product.engine, product.servers.sandbox_file, balance, KEPT)
    told = told_of(balance, books, minutes, most, sent)
    click.echo(told)
    if write:
        write_between(PAGE, "soak", told)
    sys.exit(1 if balance.wrong else 0)


def keep_evidence(engine: sa.Engine, sandbox: Path, balance: Balance, folder: Path) -> None:
    """Keep the council's records and every talk that ``balance`` names, before both are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(sandbox)) as held, closing(sqlite3.connect(folder / NAME)) as copy:
        held.backup(copy)
    wrong = " ".join(balance.wrong)
    with engine.connect() as db:
        talks = db.execute(sa.text("SELECT id FROM conversations")).scalars()
        named = [one for one in talks if one in wrong or mark_of(one) in wrong]
        query = "SELECT * FROM messages WHERE conversation_id = :id ORDER BY at"
        rows = [row for one in named for row in db.execute(sa.text(query), {"id": one}).mappings()]
    lines = (json.dumps(dict(row), default=str, ensure_ascii=False) for row in rows)
    (folder / "talks.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _measure(product: Scaled, books: Books) -> float:
    """Messages a second with as many citizens as keep it busy, once it is warm."""
    talk(product.url, books, AT_ONCE, lambda: time.sleep(MEASURED_FOR / 3))
    return talk(product.url, books, AT_ONCE, lambda: time.sleep(MEASURED_FOR))


def _enough(per_second: float) -> int:
    """Citizens for this rate, when an answer takes two seconds."""
    return min(64, math.ceil(2 * per_second) + 4)


def told_of(balance: Balance, books: Books, minutes: float, most: float, sent: float) -> str:
    """What the soak came to, for people and for docs/operations.md."""
    killed = ", ".join(f"{name} {n}" for name, n in sorted(books.kills.items()))
    verdict = "The books do not balance." if balance.wrong else "The books balance."
    return (
        f"{datetime.date.today()}, {os.cpu_count()} cores, {minutes:g} minutes: **{verdict}** "
        f"Capacity without kills {most:.1f} messages a second; sent while killing {sent:.1f}. "
        f"Killed: {killed}. Until a message was answered, tries and outages included: "
        f"{waits(books.seconds)}.\n\n```\n{balance}\n```"
    )


if __name__ == "__main__":
    main()
