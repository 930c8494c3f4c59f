"""Put the sandbox council together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

from actions.gateways import SANDBOX_SECRET
from actions.gateways.clock import council_today, utc_now
from actions.sandbox.appointments import appointment_router
from actions.sandbox.bins import bin_router
from actions.sandbox.cases import case_router
from actions.sandbox.council import NAME, Council
from actions.sandbox.directory import directory_router
from actions.sandbox.faults import FaultOn, fault_router
from actions.sandbox.libraries import load_libraries
from actions.sandbox.open311 import open311_router, refuse
from actions.sandbox.open311_report import Open311Refusal
from actions.sandbox.open311_services import load_services
from actions.sandbox.page import page_router
from actions.sandbox.places import place_router
from actions.sandbox.postcodes import postcode_router
from actions.sandbox.store import Store

DATA = Path(__file__).parent.parent / "data"


def create_sandbox(
    database_path: Path | str,
    today: Callable[[], date] = council_today,
    *,
    now: Callable[[], datetime] = utc_now,
    slow_seconds: float = 30.0,
    data: Path = DATA,
    cases_secret: str = SANDBOX_SECRET,
) -> FastAPI:
    """The council as an app, to be mounted at ``/sandbox`` on a private listener.

    ``now`` must give times in UTC, for the store compares them as text. Creates the
    database file and its directory where they are missing.
    """
    libraries = load_libraries(data / "sandbox_libraries.csv")
    council = Council(Store(database_path), libraries, today, now, slow_seconds)
    app = FastAPI(title=NAME, docs_url=None, redoc_url=None)
    app.include_router(open311_router(council, load_services(data / "sandbox_open311.json")))
    for router in (postcode_router, bin_router, place_router, appointment_router):
        app.include_router(router(council))
    app.include_router(directory_router(council, data / "sandbox_directory.json"))
    app.include_router(case_router(council, data / "sandbox_cases.json", cases_secret))
    app.include_router(fault_router(council))
    app.include_router(page_router(council))
    app.add_exception_handler(FaultOn, _fail)
    app.add_exception_handler(Open311Refusal, _refuse)
    return app


def _fail(request: Request, error: Exception) -> Response:
    assert isinstance(error, FaultOn)
    return error.response


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Open311Refusal)
    return refuse(request, error)
