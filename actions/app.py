"""The action server: Rasa's webhook, behind a secret, with every action wired by hand."""

from __future__ import annotations

import json
import logging
import secrets
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions.action_change_language import ActionChangeLanguage
from actions.action_come_in import ActionComeIn
from actions.action_crisis import ActionCrisis
from actions.action_explain_route import ActionExplainRoute
from actions.action_hand_to_person import ActionHandToPerson
from actions.action_note_adjustment import ActionNoteAdjustment
from actions.action_note_barrier import ActionNoteBarrier
from actions.action_serve_citizen import ActionServeCitizen
from actions.action_something_else import ActionSomethingElse
from actions.area_heard import NotingPostcodes
from actions.bin_day import BinDay
from actions.book_appointment import BookAppointment
from actions.check_report import CheckReport
from actions.conduct import Conductor
from actions.elsewhere import Elsewhere
from actions.find_help import FindHelp
from actions.find_library import FindLibrary
from actions.follow_route import RouteFollower
from actions.gateways import Gateways
from actions.gateways.clock import council_today
from actions.nearness import Nearness, NoNearness
from actions.open_case import OpenCase
from actions.parts import Parts, nothing_is_off
from actions.report_street_problem import ReportStreetProblem
from actions.request_call_back import RequestCallBack
from actions.tasks import Task
from actions.turn_action import TurnAction
from bot.council import Council
from bot.find_passage import PageIndex
from bot.page import Page
from bot.replies import Replies
from bot.routing import RoutingPolicy
from bot.safety import SafetyCheck
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)

MAX_BODY = 8_000_000
"""Bytes. Rasa sends the whole conversation with every call."""


def create_action_app(
    *,
    gateways: Gateways,
    cards: Mapping[str, ServiceCard],
    policy: RoutingPolicy,
    council: Council,
    replies: Replies,
    safety: SafetyCheck,
    elsewhere: Mapping[str, Elsewhere],
    secret: str,
    today: Callable[[], date] = council_today,
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    answer_within: float = 6.0,
    pages: Iterable[Page] = (),
    nearness: Nearness | None = None,
    is_off: Callable[[str], bool] = nothing_is_off,
) -> FastAPI:
    """``POST /webhook`` for Rasa, with ``Authorization: Bearer <secret>`` or ``?token=``; and
    ``GET /health``. For a private listener."""
    parts = Parts(
        gateways=replace(gateways, postcodes=NotingPostcodes(gateways.postcodes)),
        cards=cards,
        policy=policy,
        council=council,
        replies=replies,
        safety=safety,
        elsewhere=elsewhere,
        today=today,
        new_id=new_id,
        answer_within=answer_within,
        pages=PageIndex.of(pages),
        nearness=nearness or NoNearness(),
        is_off=is_off,
    )
    executor = ActionExecutor()
    for action in make_actions(parts):
        executor.register_action(action)
    app = FastAPI(title="Fairway actions", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        if not _may_call(request, secret):
            return JSONResponse({"error": "The secret is wrong or missing."}, 403)
        call = await _read(request)
        if call is None:
            return JSONResponse({"error": "This is no action call."}, 400)
        return await _run(executor, call)

    return app


def make_actions(parts: Parts) -> tuple[TurnAction, ...]:
    """Every action, with what it depends on."""
    made: tuple[Task, ...] = (
        ReportStreetProblem(parts),
        BinDay(parts),
        FindLibrary(parts),
        FindHelp(parts),
        OpenCase(parts),
        RequestCallBack(parts),
        CheckReport(parts),
        BookAppointment(parts),
        BookAppointment(parts, name="book_appointment", offered=False),
    )
    conductor = Conductor(parts, {task.name: task for task in made})
    follower = RouteFollower(parts, conductor)
    return (
        ActionServeCitizen(parts, conductor, follower),
        ActionHandToPerson(parts, follower),
        ActionComeIn(parts, follower),
        ActionNoteBarrier(parts, conductor, follower),
        ActionNoteAdjustment(parts, conductor, follower),
        ActionExplainRoute(parts, conductor),
        ActionSomethingElse(parts, conductor),
        ActionChangeLanguage(parts, conductor),
        ActionCrisis(parts, conductor, follower),
    )


def _may_call(request: Request, secret: str) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token if scheme.lower() == "bearer" else request.query_params.get("token", "")
    return bool(secret) and secrets.compare_digest(given.encode(), secret.encode())


async def _read(request: Request) -> dict[str, Any] | None:
    """The action call, or None for anything that is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    try:
        if request.headers.get("content-encoding") == "deflate":
            body = zlib.decompressobj().decompress(body, MAX_BODY)
        call = json.loads(body)
    except (ValueError, zlib.error, RecursionError):
        return None
    tracker = call.get("tracker") if isinstance(call, dict) else None
    if not isinstance(tracker, dict) or not tracker.get("sender_id"):
        return None
    call["domain"] = call.get("domain") or {}  # Rasa leaves it out where it is not needed
    return dict(call)


async def _run(executor: ActionExecutor, call: Mapping[str, Any]) -> JSONResponse:
    try:
        result = await executor.run(dict(call))
    except ActionNotFoundException as error:
        return JSONResponse({"error": str(error), "action_name": call.get("next_action")}, 404)
    if result is None:
        return JSONResponse({"error": "No action was named."}, 400)
    return JSONResponse(result if isinstance(result, dict) else result.model_dump())
