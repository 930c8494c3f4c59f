"""How long a word takes to the other side while 200 conversations are open, each with the
citizen's stream, the agents' case streams and queues. Slow: it needs the machine to itself."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click
import httpx
import pytest

from bot.desk_work import claim_case
from bot.handoff import HandoffStatus
from bot.stores.engine import migrate
from channels.locks import ProcessLocks
from channels.shared.redis_live import RedisLive
from channels.shared.redis_locks import RedisLocks
from channels.shared.redis_server import RedisServer
from tests.servers import REDIS, postgres_database, redis_prefix
from tests.staff_kit import PAGE, Site, csrf, staff_site
from tests.web_kit import make_parts

pytestmark = pytest.mark.slow

OPEN, AGENTS, WORDS = 200, 8, 120
EVERY = 0.1  # seconds between two words: each agent and citizen pair writes now and then
P95 = 0.300  # seconds


@pytest.fixture(params=["sqlite", "postgresql", "postgresql and redis"])
def crowded(request, tmp_path):
    """Where citizens and agents come in: the same process, or two that share by Redis."""
    limits = {"FAIRWAY_RATE_PER_ADDRESS": "100000"}
    if request.param == "sqlite":
        with site_on(tmp_path, **limits) as site:
            yield site, site
        return
    with postgres_database() as url:
        migrate(url)
        limits["FAIRWAY_DATABASE_URL"] = url
        if request.param == "postgresql":
            with site_on(tmp_path, **limits) as site:
                yield site, site
            return
        with redis_prefix() as prefix, ExitStack() as stack:
            homes = [tmp_path / name for name in ("one", "two")]
            for home in homes:
                home.mkdir()
            shared = [RedisServer(REDIS, "a secret", prefix) for _ in homes]
            yield tuple(
                stack.enter_context(site_on(home, server, **limits))
                for home, server in zip(homes, shared, strict=True)
            )


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


def start(front: Site, site: Site) -> tuple[list[dict], list[str], dict[str, str]]:
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
            claim_case(site.desk, agents[n % AGENTS], case.id)
            citizens.append(made)
            cases[made["id"]] = case.id
    return citizens, [site.cookie(agent) for agent in agents], cases


async def listen(client, address, headers, on_event) -> None:
    async with client.stream("GET", address, headers=headers, timeout=None) as stream:
        kind = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                on_event(kind, line[6:])


async def day(front: Site, site: Site, citizens, cookies, cases) -> tuple[list[float], list[float]]:
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
    return to_citizens, to_agents


@pytest.mark.timeout(300)
def test_a_live_update_takes_at_most_300_ms_with_200_open_conversations(crowded, capsys):
    front, site = crowded
    citizens, cookies, cases = start(front, site)
    with site.store.begin() as work:
        assert work.handoffs.count(HandoffStatus.CLAIMED) == OPEN
    with ThreadPoolExecutor(1) as apart:  # the browser's own event loop runs in this thread
        told = apart.submit(asyncio.run, day(front, site, citizens, cookies, cases))
        to_citizens, to_agents = told.result()
    figures = {
        "to citizens": statistics.quantiles(to_citizens, n=20)[-1],
        "to agents": statistics.quantiles(to_agents, n=20)[-1],
    }
    with capsys.disabled():
        click.echo({name: f"{seconds * 1000:.0f} ms" for name, seconds in figures.items()})
    assert {name: s for name, s in figures.items() if s > P95} == {}
