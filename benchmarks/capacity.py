"""How many messages a second the running product answers well: at a constant rate of arrival.

    python -m benchmarks.capacity

starts the product, raises the rate step by step, and writes the highest that it answered without
a failure and with p95 within two seconds into docs/operations.md. Arrivals do not wait for
answers, as citizens do not wait for each other: a load that does would hide every delay.
"""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from benchmarks.marked import write_between
from benchmarks.processes import free_port, running, wait_until

ROOT = Path(__file__).resolve().parent.parent
FAIRWAY = ROOT / ".venv" / "bin" / "fairway"
PAGE = ROOT / "docs" / "operations.md"
RATES = (2, 4, 8, 12, 16, 20, 25, 30, 40, 50)
GOOD = 2000.0
"""Milliseconds within which nineteen of twenty must be answered."""

TEXTS = (
    "when is my bin collected", "there is a pothole in my street", "the street light is out",
    "someone dumped rubbish in the lane", "i want to renew my library books",
    "how do i pay my council tax", "i need a blue badge", "my mum needs care at home",
    "pryd mae'r biniau yn cael eu casglu?", "can you collect my old sofa",
)  # fmt: skip

Send = Callable[[str], bool]


@dataclass(frozen=True)
class Arrivals:
    """What one rate brought. Times in milliseconds from when a message was due, so that one
    that could only be sent late counts its wait too."""

    per_second: float
    sent: int
    failed: int
    p50: float
    p95: float


def arrive(
    make_sender: Callable[[], Send], texts: Sequence[str], per_second: float, seconds: float
) -> Arrivals:
    """Send ``per_second`` messages a second for ``seconds``, each from a thread of its own;
    every citizen's conversation is begun before the clock starts."""
    count = max(2, int(per_second * seconds))
    senders = [make_sender() for _ in range(count)]
    times: list[float] = []
    failures: list[int] = []
    began = time.perf_counter() + 0.2

    def one(number: int) -> None:
        due = began + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        if not senders[number](texts[number % len(texts)]):
            failures.append(number)
        times.append((time.perf_counter() - due) * 1000)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=20)
    return Arrivals(per_second, count, len(failures), statistics.median(times), cuts[18])


@dataclass(frozen=True)
class RunningFairway:
    """Where it answers, where its data is, and the process that started the others."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running_fairway(folder: Path) -> Iterator[RunningFairway]:
    """The product as ``fairway up`` starts it, with the model that is live."""
    ports = [free_port() for _ in range(3)]
    names = ("FAIRWAY_PORT", "FAIRWAY_INTERNAL_PORT", "FAIRWAY_RASA_PORT")
    env = {name: str(port) for name, port in zip(names, ports, strict=True)}
    env |= {"FAIRWAY_HOME": str(folder / "home"), "FAIRWAY_RATE_PER_ADDRESS": "1000000"}
    env["FAIRWAY_RATE_PER_CONVERSATION"] = "1000000"
    shutil.copytree(ROOT / "var" / "models", folder / "home" / "models")
    url = f"http://127.0.0.1:{ports[0]}"
    rasa = f"http://127.0.0.1:{ports[2]}/webhooks/fairway/ready"
    with running([str(FAIRWAY), "up", "--no-train"], env, folder / "up.log", ROOT) as process:
        wait_until(lambda: _is_there(f"{url}/healthz") and _is_there(rasa), 300)
        yield RunningFairway(url, folder / "home", process)


def citizen(url: str) -> Send:
    """Someone whose conversation has begun; their sender tells whether an answer came."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        begun = client.post("/api/conversations").raise_for_status().json()

    def send(text: str) -> bool:
        answer = httpx.post(
            f"{url}/api/conversations/{begun['id']}/messages",
            json={"text": text},
            headers={"Authorization": f"Bearer {begun['token']}"},
            timeout=60,
            trust_env=False,
        )
        said = answer.json().get("messages", []) if answer.status_code == 200 else []
        return any(message["from"] == "assistant" for message in said)

    return send


def _is_there(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@click.command()
@click.option("--seconds", default=15.0, show_default=True, help="How long at each rate.")
@click.option("--write/--no-write", default=True, help="Write docs/operations.md.")
def main(seconds: float, write: bool) -> None:
    """Find the capacity of this machine and print the table."""
    found: list[Arrivals] = []
    with tempfile.TemporaryDirectory() as folder, running_fairway(Path(folder)) as fairway:
        arrive(lambda: citizen(fairway.url), TEXTS, 2, 5)  # warm before anything is timed
        for rate in RATES:
            found.append(arrive(lambda: citizen(fairway.url), TEXTS, rate, seconds))
            click.echo(_row(found[-1]))
            if found[-1].failed or found[-1].p95 > 2 * GOOD:
                break
    table = table_of(found)
    click.echo(table)
    if write:
        write_between(PAGE, "capacity", table)


def table_of(found: Sequence[Arrivals]) -> str:
    """The table as Markdown, with the machine and the highest good rate."""
    good = [a.per_second for a in found if not a.failed and a.p95 <= GOOD]
    day = datetime.date.today().isoformat()
    cores = os.cpu_count()
    lines = [
        f"{day}, {cores} cores ({platform.machine()}), one Fairway and one Rasa, SQLite. "
        f"Highest rate with every message answered and p95 within {GOOD / 1000:.0f} s: "
        f"**{max(good, default=0)} messages a second**.",
        "",
        "| arrivals a second | sent | failed | p50, ms | p95, ms |",
        "|---:|---:|---:|---:|---:|",
        *map(_row, found),
    ]
    return "\n".join(lines)


def _row(a: Arrivals) -> str:
    return f"| {a.per_second} | {a.sent} | {a.failed} | {a.p50:.0f} | {a.p95:.0f} |"


if __name__ == "__main__":
    main()
