"""What a message costs as things grow: late in a long conversation, and with many stored ones.

    python -m benchmarks.growth

starts the product, talks, and prints two ratios with the processor time and energy that messages
took. A ratio compares the same texts in the same run, so that a slow machine cancels out.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import httpx

from benchmarks.capacity import PAGE, RunningFairway, running_fairway
from benchmarks.energy import Meter, energy_lines
from benchmarks.marked import write_between
from bot.conversation import Conversation
from bot.message import Medium, Message, Sender
from bot.stores.engine import open_engine
from bot.stores.sql import SqlStore
from bot.turn_record import TurnRecord
from channels.contact_keys import KeyFile

TEXTS = (
    "when is my bin collected", "something else", "there is a pothole in my street",
    "something else", "how do i pay my council tax",
)  # fmt: skip
"""None of them brings in a person: a conversation goes on and on."""
EARLY, LATE = 5, 200
AROUND = 5
"""Turns on either side that are measured too: the same texts early and late."""
FEW, MANY = 10, 10_000
TURNS_STORED = 3
TALKS = 4


@dataclass(frozen=True)
class Growth:
    """Median milliseconds of a message, before and after."""

    before: float
    after: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes afterwards."""
        return self.after / self.before


class Talk:
    """One conversation over the API; ``says`` gives milliseconds."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60, trust_env=False)
        begun = self._client.post("/api/conversations").raise_for_status().json()
        self._path = f"/api/conversations/{begun['id']}/messages"
        self._headers = {"Authorization": f"Bearer {begun['token']}"}
        self.turns = 0

    def says(self) -> float:
        """The next text. Raises RuntimeError when the assistant did not answer it."""
        text = TEXTS[self.turns % len(TEXTS)]
        self.turns += 1
        began = time.perf_counter()
        answer = self._client.post(self._path, json={"text": text}, headers=self._headers)
        took = (time.perf_counter() - began) * 1000
        said = answer.raise_for_status().json()["messages"]
        if not any(message["from"] == "assistant" for message in said):
            raise RuntimeError(f"turn {self.turns}, {text!r}: {said}")
        return took


def long_talks(url: str, talks: int, early: int = EARLY, late: int = LATE) -> Growth:
    """``talks`` conversations of a little over ``late`` turns each."""
    before: list[float] = []
    after: list[float] = []
    for _ in range(talks):
        talk = Talk(url)
        times = [talk.says() for _ in range(late + AROUND)]
        before += times[early - 1 : early - 1 + AROUND]
        after += times[late - 1 : late - 1 + AROUND]
    return Growth(statistics.median(before), statistics.median(after))


def short_talks(url: str, talks: int) -> float:
    """Median milliseconds of the messages of new conversations."""
    times: list[float] = []
    for _ in range(talks):
        talk = Talk(url)
        times += [talk.says() for _ in range(len(TEXTS))]
    return statistics.median(times)


def store_conversations(home: Path, count: int) -> None:
    """``count`` made-up conversations in Fairway's database and Rasa's, as real ones lie there."""
    engine = open_engine(f"sqlite:///{home / 'fairway.db'}", KeyFile(home / "contact_keys.json"))
    ids = [f"stored{n:08}" for n in range(count)]
    for start in range(0, count, 500):
        with SqlStore(engine).begin() as work:
            for name in ids[start : start + 500]:
                _store_one(work, name)
            work.commit()
    engine.dispose()
    _store_trackers(home / "rasa.db", ids)


def _store_one(work, name: str) -> None:  # type: ignore[no-untyped-def]
    at = datetime.now(UTC) - timedelta(days=1)
    number = "4477009" + name[-5:]
    work.conversations.add(Conversation(name, Medium.SMS, at, at, "en", address=number))
    for turn in range(1, TURNS_STORED + 1):
        asked = Message(f"{name}c{turn}", name, Sender.CITIZEN, TEXTS[turn], "en", at)
        said = Message(f"{name}a{turn}", name, Sender.ASSISTANT, "This is an answer.", "en", at)
        work.messages.add(asked, said)
        work.records.add_turn(
            TurnRecord(
                id=f"{name}t{turn}",
                conversation_id=name,
                turn=turn,
                at=at,
                medium="sms",
                language="en",
                ending="answered",
                intent="service_bins",
                kind="service",
            )  # fmt: skip
        )


def _store_trackers(file: Path, ids: Sequence[str]) -> None:
    """Copies of what Rasa keeps of one real conversation, under other names."""
    columns = "type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(file, timeout=30)) as db, db:
        (one,) = db.execute("SELECT sender_id FROM events GROUP BY 1 ORDER BY count(*)").fetchone()
        copy = f"INSERT INTO events (sender_id, {columns}) SELECT ?, {columns} FROM events"
        db.executemany(f"{copy} WHERE sender_id = ?", [(name, one) for name in ids])


def lines(long: Growth, stored: Growth) -> list[str]:
    """Both ratios as a table in Markdown."""
    return [
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores ({platform.machine()}), one Fairway "
        "and one Rasa, SQLite; medians.",
        "",
        "| | before, ms | after, ms | ratio | goal |",
        "|---|---:|---:|---:|---:|",
        f"| turn {EARLY} → turn {LATE} of a conversation | {_row(long)} | ≤ 1.3 |",
        f"| {FEW} → {MANY:,} stored conversations | {_row(stored)} | ≤ 1.2 |",
    ]


def _row(growth: Growth) -> str:
    return f"{growth.before:.0f} | {growth.after:.0f} | **{growth.ratio:.2f}**"


def measure_growth(fairway: RunningFairway, talks: int) -> tuple[Growth, Growth]:
    """Long conversations, then few stored ones against many."""
    short_talks(fairway.url, 4)  # warm before anything is timed
    few = short_talks(fairway.url, FEW)
    long = long_talks(fairway.url, talks)
    store_conversations(fairway.home, MANY)
    return long, Growth(few, short_talks(fairway.url, FEW))


@click.command()
@click.option("--talks", default=TALKS, show_default=True, help="Long conversations to measure.")
@click.option("--watts", default=10.0, show_default=True, help="Of a busy core without a meter.")
@click.option("--write/--no-write", default=False, help="Write docs/operations.md.")
def main(talks: int, watts: float, write: bool) -> None:
    """Measure both ratios and the energy of a thousand messages, and print them."""
    with tempfile.TemporaryDirectory() as folder, running_fairway(Path(folder)) as fairway:
        short_talks(fairway.url, 4)
        meter = Meter(fairway.process)
        count = 40
        short_talks(fairway.url, count)
        energy = meter.read(count * len(TEXTS))
        long, stored = measure_growth(fairway, talks)
    told = "\n".join([*lines(long, stored), "", *energy_lines(energy, watts)])
    click.echo(told)
    if write:
        write_between(PAGE, "growth", told)


if __name__ == "__main__":
    main()
