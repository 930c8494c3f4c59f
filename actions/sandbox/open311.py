"""The sandbox council's Open311 GeoReport v2 endpoint, in JSON and XML."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from actions.sandbox import open311_xml
from actions.sandbox.council import JURISDICTIONS, Council
from actions.sandbox.faults import failing
from actions.sandbox.open311_report import Open311Refusal, keep_report
from actions.sandbox.open311_search import Search, find_reports, shown
from actions.sandbox.open311_services import Services, definition, in_language, summary
from actions.sandbox.open311_updates import keep_update, read_updates

Form = Literal["json", "xml"]
Rows = list[dict[str, object]]
LONGEST_BODY = 200_000


def language(accept_language: Annotated[str, Header()] = "en") -> str:
    """Welsh where the asker says so (our extension: GeoReport v2 has no word for language)."""
    return "cy" if accept_language.lower().startswith("cy") else "en"


async def sent_fields(request: Request) -> list[tuple[str, str]]:
    """The form fields of the call, in order. Raises Open311Refusal with 400."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise Open311Refusal(400, "the report is too long")
    try:
        return parse_qsl(body.decode("utf-8"), max_num_fields=200)
    except ValueError as error:
        raise Open311Refusal(400, "the report is not a form in UTF-8") from error


def known_jurisdiction(jurisdiction_id: str = "") -> None:
    """Raises Open311Refusal with 404 for another council's id."""
    if jurisdiction_id not in JURISDICTIONS:
        raise Open311Refusal(404, "jurisdiction_id was not found")


Language = Annotated[str, Depends(language)]
Sent = Annotated[list[tuple[str, str]], Depends(sent_fields)]


def open311_router(council: Council, services: Services) -> APIRouter:
    """Everything under ``/open311/v2``."""
    router = APIRouter(
        prefix="/open311/v2",
        dependencies=[Depends(failing(council, "open311")), Depends(known_jurisdiction)],
    )

    @router.get("/services.{form}")
    def list_services(form: Form, language: Language) -> Response:
        rows: Rows = [summary(service, language) for service in services.values()]
        return answer(form, "services", "service", rows)

    @router.get("/services/{code}.{form}")
    def define(code: str, form: Form, language: Language) -> Response:
        if code not in services:
            raise Open311Refusal(404, "service_code was not found")
        found = definition(services[code], language)
        if form == "xml":
            defined: Response = xml(open311_xml.write_one("service_definition", found))
        else:
            defined = JSONResponse(found)
        defined.headers["Content-Language"] = language
        return defined

    @router.post("/requests.{form}", status_code=201)
    def report(
        form: Form,
        sent: Sent,
        language: Language,
        idempotency_key: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        kept = keep_report(council, services, sent, idempotency_key)
        service = services[kept.service_code]
        notice = in_language(service["service_notice"], language)
        ident = {"service_request_id": kept.id, "service_notice": notice, "account_id": None}
        later = {"token": kept.token, "service_notice": notice}
        row = later if service["type"] == "batch" else ident
        return answer(form, "service_requests", "request", [row], status=201)

    @router.get("/tokens/{token}.{form}")
    def exchange(token: str, form: Form) -> Response:
        rows = council.store.rows("SELECT id FROM requests WHERE token = ?", token)
        if not rows:
            raise Open311Refusal(404, "token was not found")
        row = {"service_request_id": rows[0]["id"], "token": token}
        return answer(form, "service_requests", "request", [row])

    @router.get("/requests.{form}")
    def search(
        form: Form,
        language: Language,
        asked: Annotated[Search, Depends()],
        extensions: Annotated[bool, Query()] = False,
    ) -> Response:
        found = find_reports(council, asked)
        rows = [shown(row, services, language, extensions) for row in found]
        return answer(form, "service_requests", "request", rows)

    @router.get("/requests/{reference}.{form}")
    def one(
        reference: str, form: Form, language: Language, extensions: Annotated[bool, Query()] = False
    ) -> Response:
        found = find_reports(council, Search(service_request_id=reference))
        if len(found) != 1:
            raise Open311Refusal(404, "service_request_id was not found")
        rows = [shown(found[0], services, language, extensions)]
        return answer(form, "service_requests", "request", rows)

    @router.get("/servicerequestupdates.{form}")
    def updates(form: Form, start_date: str = "", end_date: str = "") -> Response:
        rows = read_updates(council, start_date, end_date)
        return answer(form, "service_request_updates", "request_update", rows)

    @router.post("/servicerequestupdates.{form}", status_code=201)
    def update(form: Form, sent: Sent) -> Response:
        ident = keep_update(council, dict(sent))
        rows: Rows = [{"update_id": ident}]
        return answer(form, "service_request_updates", "request_update", rows, status=201)

    return router


def answer(form: str, root: str, item: str, rows: Rows, status: int = 200) -> Response:
    """Rows in the form that was asked for."""
    if form == "xml":
        return xml(open311_xml.write_list(root, item, rows), status)
    return JSONResponse(rows, status)


def xml(body: bytes, status: int = 200) -> Response:
    """An XML answer."""
    return Response(body, status, media_type="text/xml; charset=utf-8")


def refuse(request: Request, refusal: Open311Refusal) -> Response:
    """GeoReport v2's error body, in the form that was asked for."""
    row: dict[str, object] = {"code": refusal.status, "description": refusal.description}
    form = "xml" if request.url.path.endswith(".xml") else "json"
    return answer(form, "errors", "error", [row], refusal.status)
