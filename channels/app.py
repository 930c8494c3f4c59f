"""Wire the product together: the only place where the rooms meet.

Two listeners, one process. *Public*: pages, API, text-message webhooks, desk, audit.
*Internal*: the action server, the sandbox council, the terminal phone.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response

from actions.app import create_action_app
from actions.case_news import GatewayNews
from actions.desk_cases import GatewayCases
from actions.desk_visits import GatewayVisits
from actions.elsewhere import load_elsewhere
from actions.gateways import CouncilSettings, Gateways, make_gateways
from actions.gateways.mailbox import Mailbox, NoMailbox, SmtpMailbox
from actions.gateways.probe import Probe, probe
from actions.nearness import RasaNearness
from actions.sandbox import create_sandbox
from bot.council import Council, CouncilHours
from bot.council_case import CaseLooker
from bot.desk_visit import VisitBook
from bot.files.pages import load_pages, pages_to_quote
from bot.ports import Assistant
from bot.service_card import ServiceCard
from bot.staff import LogEntry
from bot.stores import schema as t
from bot.stores.engine import migrate
from bot.stores.need_codes import SqlNeedCodes
from bot.stores.sealed_types import opened
from bot.stores.staff_sql import SqlStaffStore
from bot.stores.switches import SqlSwitches
from bot.turn_state import Topic, TurnParts
from channels.assistant import RasaAssistant, make_client
from channels.audit_watch import start_audit_watch
from channels.auth import make_auth_router, require
from channels.auth.gate import current_staff
from channels.background import Rounds
from channels.chatwoot import make_chatwoot_router, start_chatwoot
from channels.database import open_database
from channels.desk import framed, make_desk_router
from channels.desk.rounds import start_desk_rounds
from channels.desk.wiring import first_to_who_had_it
from channels.desk_api import make_desk_api_router
from channels.follow_up import EACH_ROUND, FollowUps
from channels.gates import admitted_policy, manager_tools
from channels.manager import make_manager_router
from channels.night_training import start_night_training
from channels.pages import Pages, check_csrf, secure
from channels.parts import Parts
from channels.platform import publishing, start_carrier
from channels.privacy.keeper import start_keeper
from channels.privacy.sealer import start_sealer
from channels.product_files import ProductFiles, read_files
from channels.settings import OWN_CARDS, Settings
from channels.shared import make_shared
from channels.sms import make_phone_router, make_sms_router, start_postman
from channels.switches import SwitchBoard, SwitchedAssistant, start_switch_board
from channels.traces import Traces, make_tracing
from channels.web import make_web_router
from channels.web.health import make_metrics_router
from fairness.pages.routes import make_audit_router


@dataclass(frozen=True)
class Product:
    """The two applications to serve, and the parts they share."""

    public: FastAPI
    internal: FastAPI
    parts: Parts


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC)


def build_product(settings: Settings) -> Product:
    """Everything, wired. Brings the database up to date first.

    Raises BadFile when a card, catalogue, policy or council file is wrong.
    """
    files = read_files(settings.council_file, settings.home / OWN_CARDS)
    files = replace(files, policy=admitted_policy(settings, None, files).policy)
    migrate(settings.database_url)
    tracing = make_tracing(settings.otlp_url)
    parts, board = _make_parts(settings, files, tracing)
    client = httpx.AsyncClient(trust_env=False)
    if tracing:
        tracing.follow_gateways(client)

    mailbox = _mailbox(files.council, settings)

    def connect(client: httpx.AsyncClient) -> Gateways:
        sandbox = f"{settings.internal_url}/sandbox"
        council = _council_settings(files.council, settings)
        return make_gateways(client, sandbox, council, mailbox=mailbox)

    gateways = connect(client)
    actions = create_action_app(
        gateways=gateways,
        cards=files.cards,
        policy=files.policy,
        council=files.council,
        replies=files.replies,
        safety=files.safety,
        elsewhere=load_elsewhere(),
        secret=settings.secrets.internal_secret,
        pages=load_pages(pages_to_quote(settings.home / "pages")),
        nearness=RasaNearness(client, settings.rasa_url, settings.secrets.rasa_secret),
        is_off=board.service_is_off,
    )
    follow_ups = FollowUps(parts.turn, GatewayNews(connect))
    public = _public(parts, board, follow_ups, GatewayVisits(connect), GatewayCases(connect))
    internal = _internal(parts, actions, gateways, client)
    if tracing:
        tracing.follow_requests(public)
        tracing.follow_requests(internal)
    return Product(public, internal, parts)


def _make_parts(
    settings: Settings, files: ProductFiles, tracing: Traces | None
) -> tuple[Parts, SwitchBoard]:
    engine, council = open_database(settings), files.council
    shared = make_shared(settings)
    board = SwitchBoard(SqlSwitches(engine))
    board.look()  # what is off is off from the first message on
    client = make_client(settings.rasa_url, settings.secrets.rasa_secret, settings.rasa_timeout)
    assistant: Assistant = RasaAssistant(client, model_version(settings.home))
    if tracing:
        assistant = tracing.follow_assistant(assistant, client)
    turn = TurnParts(
        store=publishing(
            SqlStaffStore(engine),
            SystemClock(),
            settings.secrets.platform_key,
            bool(settings.amqp_url),
        ),
        assistant=SwitchedAssistant(assistant, board),
        safety=files.safety,
        policy=files.policy,
        replies=files.replies,
        availability=CouncilHours(council),
        clock=SystemClock(),
        locks=shared.locks,
        live=shared.live,
        new_id=lambda: uuid.uuid4().hex,
        council_name=council.name,
        council_phone=council.phone,
        main_place=council.main_place,
        confirmed_by=lambda service: (
            files.cards[service].team
            if service in files.cards and board.is_confirmed(service)
            else None
        ),
        keep_case=first_to_who_had_it(settings),
        topic_of=partial(_topic_of, files.cards),
    )
    return Parts(settings, council, engine, turn, shared.live, files.words, shared.limiter), board


def _topic_of(cards: Mapping[str, ServiceCard], service: str) -> Topic | None:
    card = cards.get(service)
    return Topic(card.team, card.urgency.value) if card else None


def _public(
    parts: Parts,
    board: SwitchBoard,
    follow_ups: FollowUps,
    visits: VisitBook,
    looker: CaseLooker,
) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        parts.live.start()
        made = (
            start_switch_board(board),
            start_audit_watch(parts.settings),
            start_night_training(parts.settings, parts.turn.clock),
            start_carrier(parts),
            start_keeper(parts),
            start_sealer(parts),
            start_postman(parts),
            Rounds("follow-ups", follow_ups.run_once, EACH_ROUND).start(),
            start_desk_rounds(parts),
            start_chatwoot(parts),
        )
        yield
        for worker in reversed(made):
            if worker is not None:
                worker.stop()
        parts.live.stop()

    app = FastAPI(
        title="Fairway",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    for router in (
        make_web_router(parts),
        make_sms_router(parts),
        make_auth_router(parts),
        make_desk_router(parts, visits, looker),
        make_desk_api_router(parts),
        make_chatwoot_router(parts),
        make_manager_router(parts, manager_tools(parts.settings)),
        audit_router(parts),
    ):
        app.include_router(router)
    secure(app, parts)
    return app


def audit_router(parts: Parts):  # type: ignore[no-untyped-def]
    """The auditor's pages, wired to the product."""
    pages = Pages(parts)

    def chrome(title: str, html_body: str, request: Request) -> Response:
        return framed(pages, request, title, html_body)

    return make_audit_router(
        parts.settings.database_url,
        parts.settings.home / "reports",
        require("auditor", "service_manager", "administrator"),
        chrome,
        csrf_field=pages.csrf_field,
        check_csrf=check_csrf,
        equality_key=parts.settings.secrets.equality_key,
        who=_name_of_staff,
        need_codes=SqlNeedCodes(parts.engine),
        coder=_username_of_staff,
        noted=_note_in_staff_log,
        opens=partial(opened, parts.engine, t.handoffs.c.contact),
    )


def _name_of_staff(request: Request) -> str:
    staff = current_staff(request)
    return staff.name if staff else "an auditor"


def _username_of_staff(request: Request) -> str:
    staff = current_staff(request)
    return staff.username if staff else ""


def _note_in_staff_log(request: Request, action: str, subject: str) -> None:
    parts: Parts = request.app.state.parts
    with SqlStaffStore(parts.engine).begin() as work:
        now = parts.turn.clock.now()
        work.staff_log.write(LogEntry(now, _username_of_staff(request), action, subject))
        work.commit()


def _internal(
    parts: Parts, actions: FastAPI, gateways: Gateways, client: httpx.AsyncClient
) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await client.aclose()

    app = FastAPI(title="Fairway, private side", openapi_url=None, lifespan=lifespan)
    secret = parts.settings.secrets.internal_secret
    sandbox = create_sandbox(parts.settings.home / "sandbox.db", cases_secret=secret)
    app.mount("/sandbox", sandbox)
    app.include_router(make_phone_router(parts))
    app.include_router(make_metrics_router(parts))
    app.mount("/", actions)
    return app


def _council_settings(council: Council, settings: Settings) -> CouncilSettings:
    systems = council.systems
    return CouncilSettings(
        name=council.name,
        slug=council.slug,
        gss=council.gss,
        open311_url=systems.get("open311", ""),
        open311_api_key=settings.open311_api_key,
        jurisdiction_id=systems.get("open311_jurisdiction", ""),
        postcodes_url=systems.get("postcodes", ""),
        bins_url=systems.get("bins", ""),
        places_url=systems.get("places", ""),
        appointments_url=systems.get("appointments", ""),
        cases_url=systems.get("cases", ""),
        cases_secret=settings.cases_secret
        if systems.get("cases")
        else settings.secrets.internal_secret,
        directory_url=systems.get("directory", ""),
        open311_form="xml" if systems.get("open311_form") == "xml" else "json",
    )


def probe_systems(settings: Settings) -> list[Probe]:
    """What answers of the council's systems; the sandbox council counts only while it runs.

    Raises BadFile when a file is wrong.
    """
    files = read_files(settings.council_file)
    council = _council_settings(files.council, settings)
    sandbox = f"{settings.internal_url}/sandbox"
    codes = (c.digital.service_code for c in files.cards.values() if c.digital.connector == "cases")

    async def look() -> list[Probe]:
        async with httpx.AsyncClient(trust_env=False) as client:
            mailbox = _mailbox(files.council, settings)
            gateways = make_gateways(client, sandbox, council, mailbox=mailbox)
            return await probe(gateways, council, next(codes, None) or "")

    return asyncio.run(look())


def _mailbox(council: Council, settings: Settings) -> Mailbox:
    if not settings.smtp_url or not council.mailboxes:
        return NoMailbox()
    return SmtpMailbox(settings.smtp_url, settings.mail_from, council.mailboxes)


def model_version(home: Path) -> str:
    """The live model's hash, short; empty while there is none."""
    live = home / "models" / "live.json"
    if not live.exists():
        return ""
    return str(json.loads(live.read_text("utf-8")).get("sha256", ""))[:12]
