"""The public side of Fairway on a real port, with a scripted assistant instead of Rasa."""

from __future__ import annotations

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI

from bot.council import CouncilHours
from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.files.policy import load_policy
from bot.ports import Clock, Store
from bot.safety import shipped_safety_check
from bot.stores.engine import migrate
from bot.stores.staff_sql import SqlStaffStore
from bot.turn_state import TurnParts
from channels.assistant_memory import MemoryAssistant
from channels.database import open_database
from channels.desk.wiring import first_to_who_had_it
from channels.live import LiveHub
from channels.locks import ProcessLocks
from channels.pages import secure
from channels.parts import Parts
from channels.settings import ROOT, load_settings
from channels.web import make_web_router
from tests.brisk_server import BriskServer


class NowClock:
    """The machine's clock, which a test may put forward: ``ahead`` is added to it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.ahead, UTC)


def make_parts(
    home: Path,
    assistant: MemoryAssistant | None = None,
    clock: Clock | None = None,
    store: Store | None = None,
    **environment: str,
) -> Parts:
    """Real parts on a new SQLite database in ``home``."""
    settings = load_settings({"FAIRWAY_HOME": str(home), **environment})
    council = load_council(settings.council_file)
    (home / "fairway.db").write_bytes(_new_database())
    # A disk that other tests keep busy is not what is tested here.
    engine, live = open_database(settings, longest_wait=120), LiveHub()
    turn = TurnParts(
        store=store or SqlStaffStore(engine),
        assistant=assistant or MemoryAssistant(),
        safety=shipped_safety_check(),
        policy=load_policy(ROOT / "bot" / "routing_policy.yml"),
        replies=_catalogues(ROOT / "bot" / "replies"),
        availability=CouncilHours(council),
        clock=clock or NowClock(),
        locks=ProcessLocks(),
        live=live,
        new_id=lambda: uuid.uuid4().hex,
        council_name=council.name,
        council_phone=council.phone,
        main_place=council.main_place,
        keep_case=first_to_who_had_it(settings),
    )
    words = _catalogues(ROOT / "channels" / "pages")
    return Parts(settings, council, engine, turn, live, words)


_catalogues = cache(load_catalogues)


@cache
def _new_database() -> bytes:
    """An up-to-date database without a row: made once, copied for every test."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def public_app(parts: Parts, *routers: Callable, postman: Callable | None = None) -> FastAPI:
    """The web router and whatever else is given, guarded as the product guards them."""

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        running = postman(parts) if postman else None
        yield
        if running:
            running.stop()

    app = FastAPI(
        title="Fairway",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    for make in (make_web_router, *routers):
        app.include_router(make(parts))
    secure(app, parts)
    return app


@dataclass(frozen=True)
class Served:
    """An app on a real port."""

    url: str
    app: FastAPI


@contextmanager
def serve(app: FastAPI) -> Iterator[Served]:
    """``app`` on a free loopback port, in a thread of its own, stopped afterwards."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="on"
    )
    server = BriskServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
