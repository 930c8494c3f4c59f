"""Is it up, is it ready, and how much is it doing: for supervisors and monitoring."""

from __future__ import annotations

import httpx
import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from channels.metrics import CONTENT_TYPE
from channels.parts import Parts

RASA_READY = "/webhooks/fairway/ready"


def make_health_router(parts: Parts) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        # Never waits for a thread: the supervisor kills whoever does not answer, and being busy
        # is no reason.
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz() -> Response:
        database = "ok" if _database_answers(parts.engine) else "down"
        assistant = "ok" if _rasa_answers(parts.settings.rasa_url) else "down"
        ready = database == "ok"  # without Rasa citizens still get help from a person
        body = {
            "status": "ready" if ready else "not ready",
            "database": database,
            "assistant": assistant,
        }
        return JSONResponse(body, 200 if ready else 503)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        # On this listener for whoever sits at this machine, with no proxy in between; monitoring
        # elsewhere asks the private one.
        if not _is_local(request):
            raise HTTPException(404)
        return Response(parts.metrics.text(parts.engine), media_type=CONTENT_TYPE)

    return router


def make_metrics_router(parts: Parts) -> APIRouter:
    """``/metrics`` for the private listener."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(parts.metrics.text(parts.engine), media_type=CONTENT_TYPE)

    return router


def _is_local(request: Request) -> bool:
    host = request.client.host if request.client else ""
    return host in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers


def _database_answers(engine: sa.Engine) -> bool:
    try:
        with engine.connect() as db:
            db.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _rasa_answers(url: str) -> bool:
    try:
        return httpx.get(url + RASA_READY, timeout=1.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
