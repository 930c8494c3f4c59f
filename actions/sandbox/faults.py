"""A switch that makes any of the sandbox council's systems fail, to see Fairway cope."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, get_args

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from actions.sandbox.council import Council

GatewayName = Literal[
    "open311", "postcodes", "bins", "places", "appointments", "directory", "cases"
]
Mode = Literal["slow", "down", "wrong", "rate_limited", "too_big", "ok"]
GATEWAYS: tuple[GatewayName, ...] = get_args(GatewayName)


class Fault(BaseModel):
    """Which system, and how it fails from now on; ``ok`` mends it."""

    gateway: GatewayName
    mode: Mode


class FaultOn(Exception):
    """The system is switched to fail, and this is the answer it gives."""

    def __init__(self, response: Response) -> None:
        self.response = response


def fault_router(council: Council) -> APIRouter:
    """GET and POST ``/faults``; kept over a restart."""
    router = APIRouter(prefix="/faults")

    @router.get("")
    def show() -> dict[str, str]:
        return modes(council)

    @router.post("")
    def switch(fault: Fault) -> dict[str, str]:
        with council.store.writing() as connection:
            connection.execute(
                "INSERT INTO faults VALUES (?, ?)"
                " ON CONFLICT (gateway) DO UPDATE SET mode = excluded.mode",
                (fault.gateway, fault.mode),
            )
        return modes(council)

    return router


def modes(council: Council) -> dict[str, str]:
    """Every system and how it is doing."""
    switched = {row["gateway"]: row["mode"] for row in council.store.rows("SELECT * FROM faults")}
    return {name: switched.get(name, "ok") for name in GATEWAYS}


def failing(council: Council, gateway: GatewayName) -> Callable[[], Awaitable[None]]:
    """A dependency that fails the call when the system is switched to fail."""

    async def fail_if_switched() -> None:
        mode = modes(council)[gateway]
        if mode == "slow":
            await asyncio.sleep(council.slow_seconds)
        elif mode != "ok":
            raise FaultOn(_answer(mode))

    return fail_if_switched


def _answer(mode: str) -> Response:
    if mode == "down":
        return JSONResponse({"error": "Service unavailable"}, status_code=503)
    if mode == "rate_limited":
        return JSONResponse({"error": "Too many requests"}, 429, headers={"Retry-After": "30"})
    if mode == "too_big":
        huge = b"[" + b'"far too much",' * 200_000 + b'"!"]'
        return Response(huge, media_type="application/json")
    # A web page with a 200: what a mended-overnight proxy or a log-in wall really sends.
    return Response(
        "<html><title>Welcome</title><body>Welcome</body></html>", media_type="application/json"
    )
