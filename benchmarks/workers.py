"""How many more messages two Rasa workers answer than one: same locks in Redis, all else the same.

    python -m benchmarks.workers --write

starts the product with one Rasa, then with two, and lets as many citizens talk as keep it
busy. Where two cores have to carry the citizens, Fairway, the database and the servers as well,
a second worker finds no core of its own; so the same is measured again with every Rasa held to a
quarter of a core (SIGSTOP and SIGCONT, turn about), which leaves room for all the rest, as another
machine would. Both are in the table, and where the processor's time went.
"""

from __future__ import annotations

import datetime
import os
import signal
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import sqlalchemy as sa

from benchmarks.books import Books
from benchmarks.capacity import ROOT
from benchmarks.energy import ticks_of
from benchmarks.marked import write_between
from benchmarks.processes import tree
from benchmarks.scaled import Scaled, own_servers, running_scaled
from benchmarks.soak import talk

PAGE = ROOT / "docs" / "performance.md"
AT_ONCE = 12
SLOTS, SLOT = 4, 0.025
"""A worker that is held back runs in one of four slots, each this many seconds."""
GOAL = 1.7
PATIENT = {"FAIRWAY_RASA_TIMEOUT": "60"}
"""Nobody is handed to a person because a worker that is held back is slow."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "Rasa": ("Rasa",),
    "Fairway": ("Fairway",),
    "servers and council": ("proxy", "postgres", "redis", "rabbitmq", "sandbox"),
}


MOST_ERRORS = 0.02


class Unfair(click.ClickException):
    """The figures would tell nothing."""


@dataclass(frozen=True)
class Measured:
    """One load. ``spent``: processor milliseconds of a message, by who spent them; ``cores``: how
    many were busy with it all."""

    per_second: float
    spent: Mapping[str, float]
    cores: float


@contextmanager
def held_back(workers: Sequence[int]) -> Iterator[None]:
    """Each of ``workers`` runs in a slot of its own and stands still in all others."""
    over = threading.Event()

    def turn_about() -> None:
        while not over.is_set():
            for slot in range(max(SLOTS, len(workers))):
                now = workers[slot : slot + 1]
                _send(now, signal.SIGCONT)
                over.wait(SLOT)
                _send(now, signal.SIGSTOP)

    thread = threading.Thread(target=turn_about)
    _send(workers, signal.SIGSTOP)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        _send(workers, signal.SIGCONT)


def _send(workers: Sequence[int], what: signal.Signals) -> None:
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def measure(product: Scaled, seconds: float) -> Measured:
    """Messages a second that the assistant answered, with as many citizens as keep it busy. Those
    that a person answers cost Rasa nothing and do not count. Raises Unfair."""
    books, before, own, began = Books(), _spent(product), time.process_time(), time.monotonic()
    endings = _endings(product)
    talk(product.url, books, AT_ONCE, lambda: time.sleep(seconds))
    took, turns = time.monotonic() - began, _endings(product) - endings
    _check_fair(books, turns)
    used = {part: after - before[part] for part, after in _spent(product).items()}
    used["citizens (the load)"] = time.process_time() - own
    spent = {part: 1000 * seconds / turns["answered"] for part, seconds in used.items()}
    return Measured(turns["answered"] / took, spent, sum(used.values()) / took)


def _endings(product: Scaled) -> Counter[str]:
    """How many turns ended how so far: answered, handed, error …"""
    with product.engine.connect() as db:
        names = db.execute(sa.text("SELECT ending FROM turn_records")).scalars()
        return Counter(str(name).partition("_")[0] for name in names)


def _check_fair(books: Books, turns: Counter[str]) -> None:
    if books.odd:
        raise Unfair(books.odd[0])
    if not turns["answered"] or turns["error"] > MOST_ERRORS * turns.total():
        raise Unfair(
            f"{turns['error']} of {turns.total()} turns ended without Rasa, which cost it nothing: "
            "this machine is too busy with other work. Measure when it is quiet."
        )


def _spent(product: Scaled) -> dict[str, float]:
    """Processor seconds so far, by part."""
    found, tick = product.processes(), os.sysconf("SC_CLK_TCK")
    return {
        part: sum(ticks_of(pid) for kind in kinds for top in found[kind] for pid in tree(top))
        / tick
        for part, kinds in PARTS.items()
    }


@dataclass(frozen=True)
class Both:
    """One number of workers: free, and each held to a quarter of a core."""

    free: Measured
    held: Measured


def measure_workers(rasas: int, seconds: float) -> Both:
    """Start the product with so many workers and measure it both ways."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            own_servers(folder) as servers,
            running_scaled(folder, servers, ROOT / "var" / "models", 1, rasas, PATIENT) as product,
        ):
            talk(product.url, Books(), AT_ONCE, lambda: time.sleep(seconds / 2))  # warm
            free = measure(product, seconds)
            with held_back(product.processes()["Rasa"]):
                held = measure(product, seconds)
    return Both(free, held)


@click.command()
@click.option("--seconds", default=30.0, show_default=True, help="How long each load runs.")
@click.option("--rounds", default=2, show_default=True, help="Of one worker, then two.")
@click.option("--write/--no-write", default=False, help="Write docs/performance.md.")
def main(seconds: float, rounds: int, write: bool) -> None:
    """Measure one and two Rasa workers and print the ratio."""
    found: dict[int, list[Both]] = {1: [], 2: []}
    for _ in range(rounds):
        for rasas, held in found.items():
            held.append(measure_workers(rasas, seconds))
            click.echo(f"{rasas}: {held[-1]}")
    table = table_of(found[1], found[2], seconds)
    click.echo(table)
    if write:
        write_between(PAGE, "workers", table)


def table_of(one: Sequence[Both], two: Sequence[Both], seconds: float) -> str:
    """The table as Markdown: medians over the rounds."""
    lines = [
        f"{datetime.date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} after, "
        f"{len(one)} rounds of {seconds:g} s a load, {AT_ONCE} citizens at once.", "",
        "| | one worker | two workers | ratio |", "|---|---:|---:|---:|",
        _row("messages a second, all on this machine", [b.free.per_second for b in one],
             [b.free.per_second for b in two]),
        _row("cores busy with that", [b.free.cores for b in one], [b.free.cores for b in two]),
    ]  # fmt: skip
    for part in one[0].free.spent:
        lines.append(
            _row(f"of it, processor ms a message: {part}", [b.free.spent[part] for b in one],
                 [b.free.spent[part] for b in two])
        )  # fmt: skip
    lines += [
        _row(f"**messages a second, each Rasa held to 1/{SLOTS} of a core** (goal {GOAL}×)",
             [b.held.per_second for b in one], [b.held.per_second for b in two]),
        _row("processor ms a message then: Rasa", [b.held.spent["Rasa"] for b in one],
             [b.held.spent["Rasa"] for b in two]),
    ]  # fmt: skip
    return "\n".join(lines)


def _row(name: str, one: Sequence[float], two: Sequence[float]) -> str:
    first, second = statistics.median(one), statistics.median(two)
    return f"| {name} | {first:.1f} | {second:.1f} | {second / first:.2f}× |"


if __name__ == "__main__":
    main()
