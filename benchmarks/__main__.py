"""``make bench``: the whole product beside plain Rasa on the same phrases, in the same run.

Prints a table and writes it into docs/performance.md. Nothing here passes or fails.
"""

from __future__ import annotations

import datetime
import functools
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx
import yaml

from benchmarks.load import Load, Send, measure
from benchmarks.plain_rasa import write_project
from benchmarks.processes import free_port, memory_mb, running, wait_until

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
FAIRWAY = ROOT / ".venv" / "bin" / "fairway"
PAGE = ROOT / "docs" / "performance.md"
_SERVICES = (
    "bin_collection blue_badge bulky_waste care_assessment council_tax_bill council_tax_support "
    "fly_tipping homelessness library pothole primary_school_place street_light"
)
_KINDS = (
    "adjustment affirm are_you_human change_language deny digital_barrier face_to_face go_back "
    "goodbye greet help human out_of_scope skip something_else status thanks why"
)
_FILES = [(lang, name) for lang in ("en", "cy") for name in f"{_SERVICES} {_KINDS}".split()]
TURNS = 6
"""Messages in a conversation, as people write them: neither one each nor hundreds."""
START, END = "<!-- bench: start -->", "<!-- bench: end -->"


@dataclass(frozen=True)
class Measured:
    """One product's figures. Seconds, MB (10^6 bytes) and two loads."""

    name: str
    training: float
    start_up: float
    memory: float
    one: Load
    eight: Load


@click.command()
@click.option("--messages", default=400, show_default=True, help="Messages at each load.")
@click.option("--write/--no-write", default=True, help="Write docs/performance.md.")
def main(messages: int, write: bool) -> None:
    """Measure plain Rasa, then Fairway, and print both."""
    phrases = _phrases()
    texts = _sample(phrases, messages)
    with tempfile.TemporaryDirectory() as folder:
        plain = _measure_plain(Path(folder) / "plain", phrases, texts)
        ours = _measure_fairway(Path(folder) / "fairway", texts)
    table = _table(plain, ours, len(texts), sum(map(len, phrases.values())))
    click.echo(table)
    if write:
        _write_page(table)


def _phrases() -> dict[str, list[str]]:
    """The English and Welsh training phrases of twelve services and of all that is no service,
    by intent: with all 134 services plain Rasa would train for hours."""
    phrases: dict[str, list[str]] = {}
    for path in sorted((ROOT / "nlu" / "data" / lang / f"{name}.yml" for lang, name in _FILES)):
        for block in yaml.safe_load(path.read_text("utf-8")).get("nlu", []):
            lines = str(block.get("examples", "")).splitlines()
            texts = [line[2:].strip() for line in lines if line.startswith("- ")]
            phrases.setdefault(block["intent"], []).extend(texts)
    return phrases


def _sample(phrases: Mapping[str, Sequence[str]], count: int) -> list[str]:
    """Service questions, the same for both; a person asked for would end the talk."""
    texts = [t for intent, ts in phrases.items() if intent.startswith("service_") for t in ts]
    return random.Random(1).choices(texts, k=count)


def _measure_plain(
    folder: Path, phrases: Mapping[str, Sequence[str]], texts: Sequence[str]
) -> Measured:
    write_project(folder, phrases)
    click.echo("Plain Rasa: training (this takes minutes)…")
    training = _timed(
        [str(RASA_PYTHON), "-m", "rasa", "train", "--quiet"],
        folder,
        {"RASA_TELEMETRY_ENABLED": "false"},
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(RASA_PYTHON), "-m", "rasa", "run", "-p", str(port), "-i", "127.0.0.1"]
    click.echo("Plain Rasa: starting…")
    env = {"RASA_TELEMETRY_ENABLED": "false"}
    return _run("Plain Rasa", command, env, folder, training, texts, lambda: _plain_citizen(url))


def _measure_fairway(folder: Path, texts: Sequence[str]) -> Measured:
    folder.mkdir(parents=True)
    ports = [free_port() for _ in range(3)]
    url = f"http://127.0.0.1:{ports[0]}"
    env = {
        "FAIRWAY_HOME": str(folder / "home"),
        "FAIRWAY_PORT": str(ports[0]),
        "FAIRWAY_INTERNAL_PORT": str(ports[1]),
        "FAIRWAY_RASA_PORT": str(ports[2]),
        "FAIRWAY_RATE_PER_ADDRESS": "1000000",
        "FAIRWAY_RATE_PER_CONVERSATION": "1000000",
    }
    click.echo("Fairway: training…")
    training = _timed([str(FAIRWAY), "train"], ROOT, env)
    click.echo("Fairway: starting…")
    command = [str(FAIRWAY), "up"]
    return _run("Fairway", command, env, ROOT, training, texts, lambda: _our_citizen(url))


def _timed(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.perf_counter() - started


def _run(
    name: str,
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    training: float,
    texts: Sequence[str],
    make_sender: Callable[[], Send],
) -> Measured:
    log = Path(tempfile.gettempdir()) / f"bench-{uuid.uuid4().hex}.log"
    with running(command, env, log, cwd) as process:
        start_up = wait_until(functools.partial(_answers, make_sender), 300)
        measure(make_sender, texts[:40], 4)  # warm both up before either is timed
        one = measure(make_sender, texts, 1)
        eight = measure(make_sender, texts, 8)
        memory = memory_mb(process)
    log.unlink()
    return Measured(name, training, start_up, memory, one, eight)


def _answers(make_sender: Callable[[], Send]) -> bool:
    try:
        return make_sender()("hello")
    except (httpx.HTTPError, KeyError, ValueError):
        return False


def _plain_citizen(url: str) -> Send:
    client = httpx.Client(base_url=url, timeout=60, trust_env=False)
    talk = {"sender": "", "left": 0}

    def send(text: str) -> bool:
        if not talk["left"]:
            talk.update(sender=uuid.uuid4().hex, left=TURNS)
        talk["left"] -= 1  # type: ignore[operator]
        body = {"sender": talk["sender"], "message": text}
        answer = client.post("/webhooks/rest/webhook", json=body)
        return answer.status_code == 200 and bool(answer.json())

    return send


def _our_citizen(url: str) -> Send:
    """As for plain Rasa, but a talk that a person was brought into is over: in it the
    assistant is silent, and silence is quick."""
    client = httpx.Client(base_url=url, timeout=60, trust_env=False)
    talk: dict[str, Any] = {"left": 0}

    def send(text: str) -> bool:
        if not talk["left"]:
            talk.update(client.post("/api/conversations", json={}).json(), left=TURNS)
        talk["left"] -= 1
        headers = {"Authorization": f"Bearer {talk['token']}"}
        path = f"/api/conversations/{talk['id']}/messages"
        answer = client.post(path, json={"text": text}, headers=headers)
        good = answer.status_code == 200 and not _is_outage(answer.json())
        if not good or (answer.json()["route"] or {}).get("channel") == "assisted":
            talk["left"] = 0
        return good

    return send


def _is_outage(said: Mapping[str, Any]) -> bool:
    """An answer that only says the assistant is down does not count as one."""
    return all(message["from"] == "system" for message in said["messages"])


def _table(plain: Measured, ours: Measured, sent: int, phrases: int) -> str:
    rows = [
        ("Messages a second, one at a time", plain.one.per_second, ours.one.per_second, True),
        ("p50, one at a time, ms", plain.one.p50, ours.one.p50, False),
        ("p95, one at a time, ms", plain.one.p95, ours.one.p95, False),
        ("Messages a second, 8 at once", plain.eight.per_second, ours.eight.per_second, True),
        ("p50, 8 at once, ms", plain.eight.p50, ours.eight.p50, False),
        ("p95, 8 at once, ms", plain.eight.p95, ours.eight.p95, False),
        ("Start-up to the first answer, s", plain.start_up, ours.start_up, False),
        ("Training, s", plain.training, ours.training, False),
        ("Memory, all processes, MB", plain.memory, ours.memory, False),
    ]
    lines = [
        f"{datetime.date.today().isoformat()}, {os.cpu_count()} cores "
        f"({platform.machine()}), {sent} messages a load, {phrases} training phrases, one run "
        f"of `make bench`. Failed answers: plain Rasa {plain.one.failed + plain.eight.failed}, "
        f"Fairway {ours.one.failed + ours.eight.failed}.",
        "",
        "| | plain Rasa | Fairway | Fairway is better by |",
        "|---|---:|---:|---:|",
    ]
    for name, theirs, mine, more_is_better in rows:
        ratio = mine / theirs if more_is_better else theirs / mine
        lines.append(f"| {name} | {theirs:.1f} | {mine:.1f} | {ratio:.1f}× |")
    return "\n".join(lines)


def _write_page(table: str) -> None:
    page = PAGE.read_text("utf-8")
    before, rest = page.split(START, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(f"{before}{START}\n{table}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
