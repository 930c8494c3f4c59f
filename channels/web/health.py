"""Is it up, is it ready, and how much is it doing: for supervisors and monitoring."""

from __future__ import annotations

import httpx
import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from bot.handoff import HandoffStatus
from bot.stores import schema as t
from channels.parts import Parts

RASA_READY = "/webhooks/fairway/ready"


def make_health_router(parts: Parts) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
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
    def metrics() -> Response:
        lines = [
            line for name, about, rows in _counts(parts) for line in _metric(name, about, rows)
        ]
        text = "\n".join(lines) + "\n"
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


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


Rows = list[tuple[str, int]]


def _counts(parts: Parts) -> list[tuple[str, str, Rows]]:
    with parts.engine.connect() as db:
        by_medium = _by(db, t.conversations.c.medium, t.conversations)
        by_ending = _by(db, t.turn_records.c.ending, t.turn_records)
        by_status = _by(db, t.handoffs.c.status, t.handoffs)
        db.rollback()
    with parts.turn.store.begin() as work:
        undelivered = work.outbox.waiting("sms")
    waiting = dict(by_status).get(HandoffStatus.WAITING.value, 0)
    return [
        ("fairway_conversations", "conversations held, by medium", _labels("medium", by_medium)),
        ("fairway_turns", "turns recorded, by how they ended", _labels("ending", by_ending)),
        ("fairway_handoffs", "handoffs held, by status", _labels("status", by_status)),
        ("fairway_handoffs_waiting", "citizens waiting for a person", [("", waiting)]),
        ("fairway_sms_undelivered", "text messages still to be sent", [("", undelivered)]),
    ]


def _by(db: sa.Connection, column: sa.Column[str], table: sa.Table) -> Rows:
    query = sa.select(column, sa.func.count()).select_from(table).group_by(column)
    return [(str(value), int(count)) for value, count in db.execute(query.order_by(column))]


def _labels(name: str, rows: Rows) -> Rows:
    return [(f'{{{name}="{value}"}}', count) for value, count in rows]


def _metric(name: str, about: str, rows: Rows) -> list[str]:
    head = [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
    return head + [f"{name}{labels} {count}" for labels, count in rows]
