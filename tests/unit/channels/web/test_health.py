"""Signs of life."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
import httpx
from fastapi import APIRouter

from tests.unit.channels.web.test_api import Caller
from tests.web_kit import public_app, serve

THREADS = 2


def make_few_threads(parts):
    router = APIRouter()

    @router.post("/few-threads")
    async def few_threads():
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS

    return router


def test_a_process_whose_threads_are_all_busy_still_says_that_it_lives(parts, assistant):
    """The supervisor kills whoever is silent."""
    with (
        serve(public_app(parts, make_few_threads)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as site,
        ThreadPoolExecutor() as pool,
    ):
        callers = [Caller(site) for _ in range(THREADS + 1)]
        site.post("/few-threads")
        with assistant.lock:
            waiting = [pool.submit(one.says, "hello") for one in callers]
            assert site.get("/healthz").status_code == 200
            assert not any(one.done() for one in waiting)
        assert all(one.result()["messages"] for one in waiting)
