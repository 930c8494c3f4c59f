"""Serve an app to a test: in memory, or over real HTTP on a free port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import httpx
import uvicorn
from fastapi import FastAPI

from actions.gateways import CouncilSettings, Gateways, Limits, make_gateways
from tests.brisk_server import BriskServer

OVER = ("memory", "http")
SHROPSHIRE = CouncilSettings("The sandbox council", "shropshire", "E06000051")
QUICK = Limits(connect=10.0, read=10.0, whole=20.0, retries=1, first_wait=0.01)


@dataclass(frozen=True)
class Served:
    """Where the app is, and a client that reaches it."""

    url: str
    client: Callable[[], httpx.AsyncClient]

    def gateways(
        self,
        client: httpx.AsyncClient,
        council: CouncilSettings = SHROPSHIRE,
        limits: Limits = QUICK,
    ) -> Gateways:
        return make_gateways(client, self.url, council, limits=limits)


@contextmanager
def serving(app: FastAPI, over: str) -> Iterator[Served]:
    """The app, mounted at /sandbox as the product mounts it."""
    outer = FastAPI()
    outer.mount("/sandbox", app)
    if over == "memory":
        yield Served(
            "http://council.test/sandbox",
            lambda: httpx.AsyncClient(transport=httpx.ASGITransport(app=outer)),
        )
        return
    server = BriskServer(
        uvicorn.Config(
            outer,
            port=0,
            log_level="critical",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{_port(server)}/sandbox", httpx.AsyncClient)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _port(server: uvicorn.Server) -> int:
    end = time.monotonic() + 10
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    return int(server.servers[0].sockets[0].getsockname()[1])


class InMemory:
    """An app to be asked one question at a time (Starlette's own client now wants httpx2)."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post(self, path: str, **body: object) -> httpx.Response:
        return self._ask("POST", path, **body)

    def _ask(self, method: str, path: str, **body: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://c.test") as client:
                return await client.request(method, path, **body)

        return asyncio.run(ask())
