"""What a turn costs that asks a council system, beyond the time that system takes itself.

``python -m benchmarks.gateway_turn [--turns N] [--write]``: starts the product, lets citizens ask
for their bin day and give a postcode, and times that turn from the outside. The council's systems
stand behind a relay that times every call, so that a turn's own cost is what is left.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import yaml
from fastapi import FastAPI, Request, Response

from benchmarks.marked import write_between
from benchmarks.processes import free_port, running, wait_until

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
POSTCODE = "SY1 2AS"
GOAL = 25.0


class Relay:
    """Passes every call on to the sandbox council and adds up what the calls take."""

    def __init__(self, sandbox: str) -> None:
        self.spent, self.calls = 0.0, 0
        self._sandbox = sandbox
        self._client: httpx.AsyncClient | None = None

    async def pass_on(self, request: Request) -> Response:
        """The sandbox council's answer."""
        began = time.perf_counter()
        self._client = self._client or httpx.AsyncClient(base_url=self._sandbox, trust_env=False)
        asked = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
        answer = await self._client.request(
            request.method, request.url.path, params=dict(request.query_params),
            content=await request.body(), headers=asked,
        )  # fmt: skip
        self.spent += time.perf_counter() - began
        self.calls += 1
        return Response(
            answer.content, answer.status_code, media_type=answer.headers.get("content-type")
        )


@contextmanager
def relaying(relay: Relay, port: int) -> Iterator[None]:
    """The relay on ``port``, in a thread of its own."""
    app = FastAPI()
    app.add_route("/{path:path}", relay.pass_on, methods=["GET", "POST", "DELETE"])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started, 20)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def main() -> None:
    parser = argparse.ArgumentParser(description="What a turn adds to a council system's time.")
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        turns, gateway, plain = _measure(Path(folder), given.turns)
    table = _table(turns, gateway, plain)
    sys.stdout.write(table + "\n")
    if given.write:
        write_between(PAGE, "gateway", table)


def _measure(folder: Path, count: int) -> tuple[list[float], list[float], list[float]]:
    """Of each citizen, in ms: the turn that asks the council's systems, what those took in it,
    and a turn before it that asks none."""
    shutil.copytree(ROOT / "var" / "models", folder / "home" / "models")
    port, internal, rasa, passed = (free_port() for _ in range(4))
    relay = Relay(f"http://127.0.0.1:{internal}")
    council = yaml.safe_load((ROOT / "bot" / "council.yml").read_text("utf-8"))
    base = f"http://127.0.0.1:{passed}/sandbox"
    council["systems"] = {"postcodes": base, "bins": f"{base}/bins"}
    (folder / "council.yml").write_text(
        yaml.safe_dump(council, allow_unicode=True, sort_keys=False), "utf-8"
    )
    env = {
        "FAIRWAY_HOME": str(folder / "home"), "FAIRWAY_PORT": str(port),
        "FAIRWAY_INTERNAL_PORT": str(internal), "FAIRWAY_RASA_PORT": str(rasa),
        "FAIRWAY_COUNCIL": str(folder / "council.yml"),
        "FAIRWAY_RATE_PER_ADDRESS": "1000000", "FAIRWAY_RATE_PER_CONVERSATION": "1000000",
    }  # fmt: skip
    command = [str(ROOT / ".venv" / "bin" / "fairway"), "up"]
    with relaying(relay, passed), running(command, env, folder / "log", ROOT):
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        wait_until(lambda: _answers(client, relay), 300)
        measured = [_citizen(client, relay) for _ in range(count)]
    turns, gateway, plain = (list(column) for column in zip(*measured, strict=True))
    return turns, gateway, plain


def _answers(client: httpx.Client, relay: Relay) -> bool:
    try:
        return _citizen(client, relay)[1] > 0
    except (httpx.HTTPError, KeyError, ValueError, AssertionError):
        return False


def _citizen(client: httpx.Client, relay: Relay) -> tuple[float, float, float]:
    talk = client.post("/api/conversations", json={}).raise_for_status().json()
    plain = _say(client, talk, "when is my bin day")
    relay.spent, relay.calls = 0.0, 0
    turn = _say(client, talk, POSTCODE)
    assert relay.calls, "the council's systems were not asked"
    return turn, relay.spent * 1000, plain


def _say(client: httpx.Client, talk: dict[str, Any], text: str) -> float:
    began = time.perf_counter()
    client.post(
        f"/api/conversations/{talk['id']}/messages", json={"text": text},
        headers={"Authorization": f"Bearer {talk['token']}"},
    ).raise_for_status()  # fmt: skip
    return (time.perf_counter() - began) * 1000


def _table(turns: list[float], gateway: list[float], plain: list[float]) -> str:
    own = [turn - spent for turn, spent in zip(turns, gateway, strict=True)]
    rows = {
        "turn that asks the council's systems": turns,
        "of it, those systems": gateway,
        f"left for the turn itself (goal: p50 at most {GOAL:.0f})": own,
        "a turn before it that asks none": plain,
    }
    lines = [
        f"{datetime.date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} after, "
        f"{len(turns)} citizens one after the other.", "", "| ms | p50 | p95 |", "|---|---:|---:|",
    ]  # fmt: skip
    for name, times in rows.items():
        p95 = statistics.quantiles(times, n=20)[18]
        lines.append(f"| {name} | {statistics.median(times):.1f} | {p95:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
