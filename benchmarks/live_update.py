"""How long a word takes to the other side while 200 conversations are open, each with the
citizen's stream, the agents' case streams and queues.

    python -m benchmarks.live_update

prints a table: SQLite, PostgreSQL, and two Fairways that share PostgreSQL and Redis. It needs the
machine to itself. ``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx

from benchmarks.marked import write_between
from bot.desk_work import claim_case
from bot.stores.engine import migrate
from channels.locks import ProcessLocks
from channels.settings import ROOT
from channels.shared.redis_live import RedisLive
from channels.shared.redis_locks import RedisLocks
from channels.shared.redis_server import RedisServer
from tests.servers import REDIS, postgres_database, redis_prefix
from tests.staff_kit import PAGE, Site, csrf, staff_site
from tests.web_kit import make_parts

OPEN, AGENTS, WORDS = 200, 8, 120
EVERY = 0.1  # seconds between two words: each agent and citizen pair writes now and then
GOAL = 0.300
"""Seconds at the 95th percentile."""
KINDS = ("sqlite", "postgresql", "postgresql and redis")
PERFORMANCE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Heard:
    """Seconds from sending a word to the other side's event, one by one."""

    to_citizens: list[float]
    to_agents: list[float]

    def p95(self) -> Mapping[str, float]:
        """Of both directions."""
        return {
            "to citizens": statistics.quantiles(self.to_citizens, n=20)[-1],
            "to agents": statistics.quantiles(self.to_agents, n=20)[-1],
        }


def measure(kind: str, home: Path) -> Heard:
    """A day with one of KINDS, in ``home``."""
    with crowd(kind, home) as (front, site):
        told = start(front, site)
        with ThreadPoolExecutor(1) as apart:  # a caller may have an event loop in this thread
            return apart.submit(asyncio.run, day(front, site, *told)).result()


@contextmanager
def crowd(kind: str, home: Path) -> Iterator[tuple[Site, Site]]:
    """Where citizens and agents come in: the same process, or two that share by Redis."""
    limits = {"FAIRWAY_RATE_PER_ADDRESS": "100000"}
    if kind == "sqlite":
        with site_on(home, **limits) as site:
            yield site, site
        return
    with postgres_database() as url:
        migrate(url)
        limits["FAIRWAY_DATABASE_URL"] = url
        if kind == "postgresql":
            with site_on(home, **limits) as site:
                yield site, site
            return
        with redis_prefix() as prefix, ExitStack() as stack:

            def one(name: str) -> Site:
                (home / name).mkdir()
                shared = RedisServer(REDIS, "a secret", prefix)
                return stack.enter_context(site_on(home / name, shared, **limits))

            yield one("one"), one("two")


@contextmanager
def site_on(home: Path, shared: RedisServer | None = None, **environment: str) -> Iterator[Site]:
    """A served site, with Redis between it and others if ``shared``."""
    parts = make_parts(home, **environment)
    if shared:
        live = RedisLive(shared)
        turn = replace(parts.turn, live=live, locks=RedisLocks(shared, ProcessLocks()))
        parts = replace(parts, live=live, turn=turn)
        live.start()
        live.listening.wait(5)
    with staff_site(parts) as site:
        yield site
    parts.live.stop()
    parts.engine.dispose()


def start(front: Site, site: Site) -> tuple[list[dict[str, Any]], list[str], dict[str, str]]:
    """Citizens (id, token) at ``front``, the agents' cookies, and conversation → case."""
    agents = [site.hire(f"agent{n}") for n in range(AGENTS)]
    with site.store.begin() as work:
        for agent in agents:
            work.staff.save(replace(agent, capacity=OPEN))
        work.commit()
    agents = [replace(agent, capacity=OPEN) for agent in agents]
    citizens, cases = [], {}
    with httpx.Client(base_url=front.url, trust_env=False, timeout=30) as client:
        for n in range(OPEN):
            made = client.post("/api/conversations").json()
            client.post(
                f"/api/conversations/{made['id']}/messages",
                json={"text": "can i speak to a person please"},
                headers={"Authorization": f"Bearer {made['token']}"},
            )
            with site.store.begin() as work:
                case = work.handoffs.open_of(made["id"])
            assert case is not None
            claim_case(site.desk, agents[n % AGENTS], case.id)
            citizens.append(made)
            cases[made["id"]] = case.id
    return citizens, [site.cookie(agent) for agent in agents], cases


async def listen(
    client: httpx.AsyncClient,
    address: str,
    headers: Mapping[str, str],
    on_event: Callable[[str, str], None],
) -> None:
    async with client.stream("GET", address, headers=headers, timeout=None) as stream:
        kind = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                on_event(kind, line[6:])


async def day(
    front: Site,
    site: Site,
    citizens: list[dict[str, Any]],
    cookies: list[str],
    cases: dict[str, str],
) -> Heard:
    """Seconds from sending to the event: to citizens, to agents."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    heard: dict[str, float] = {}
    changed: dict[str, asyncio.Event] = {case: asyncio.Event() for case in cases.values()}
    to_citizens, to_agents = [], []
    async with AsyncExitStack() as stack:
        citizen, client = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=one.url, limits=limits, trust_env=False, timeout=30)
            )
            for one in (front, site)
        ]
        tasks = []

        def note(kind: str, data: str) -> None:
            if kind == "message":
                heard[json.loads(data)["text"]] = time.perf_counter()

        for n, one in enumerate(citizens):
            own = {"Authorization": f"Bearer {one['token']}"}
            tasks.append(listen(citizen, f"/api/conversations/{one['id']}/events", own, note))
            if n % 5 == 0:  # an agent has some of the cases open, the rest in the queue's list
                staff = {"Cookie": f"fairway_staff={cookies[n % AGENTS]}", **PAGE}
                case = cases[one["id"]]

                def ring(kind: str, data: str, case: str = case) -> None:
                    if kind == "changed":
                        changed[case].set()

                tasks.append(listen(client, f"/desk/events?case={case}", staff, ring))
        running = [asyncio.create_task(task) for task in tasks]
        await asyncio.sleep(8)
        tokens = {}
        for cookie in cookies:
            page = await client.get("/desk", headers={"Cookie": f"fairway_staff={cookie}", **PAGE})
            tokens[cookie] = csrf(page.text)
        for n in range(WORDS):
            one = citizens[(n * 5) % OPEN]
            place = (n * 5) % OPEN
            cookie, case = cookies[place % AGENTS], cases[one["id"]]
            changed[case].clear()
            began = time.perf_counter()
            text = f"word {n}"
            if n % 2:
                await client.post(
                    f"/desk/cases/{case}/answer",
                    data={"csrf": tokens[cookie], "text": text, "form_id": f"f{n}"},
                    headers={"Cookie": f"fairway_staff={cookie}", **PAGE},
                )
                while text not in heard:
                    await asyncio.sleep(0.001)
                to_citizens.append(heard[text] - began)
            else:
                post = citizen.post(
                    f"/api/conversations/{one['id']}/messages",
                    json={"text": text},
                    headers={"Authorization": f"Bearer {one['token']}"},
                )
                sent = asyncio.create_task(post)
                await asyncio.wait_for(changed[case].wait(), 10)
                to_agents.append(time.perf_counter() - began)
                await sent
            await asyncio.sleep(EVERY)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return Heard(to_citizens, to_agents)


def table_of(found: Mapping[str, Heard]) -> str:
    """All kinds as a table in Markdown."""
    rows = [
        f"| {kind} | {_row(heard.to_citizens)} | {_row(heard.to_agents)} |"
        for kind, heard in found.items()
    ]
    return "\n".join(
        [
            f"{datetime.now(UTC).date()}, {os.cpu_count()} cores ({platform.machine()}), load "
            f"{os.getloadavg()[0]:.1f} after, {OPEN} open conversations, {AGENTS} agents, {WORDS} "
            "words; ms from sending to the other side's event. "
            f"Goal: p95 at most {GOAL * 1000:.0f}.",
            "",
            "| | to citizens, p50 | p95 | longest | to agents, p50 | p95 | longest |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def _row(seconds: list[float]) -> str:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    figures = (statistics.median(seconds), p95, max(seconds))
    return " | ".join(f"{one * 1000:.0f}" for one in figures)


@click.command()
@click.option("--write/--no-write", default=False, help="Write docs/performance.md.")
def main(write: bool) -> None:
    """Measure all three and print the table."""
    found = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            found[kind] = measure(kind, Path(folder))
    told = table_of(found)
    click.echo(told)
    if write:
        write_between(PERFORMANCE, "live update", told)


if __name__ == "__main__":
    main()
