"""The routes of /audit. Who may come in, the page's frame and form tokens come from outside."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from markupsafe import Markup

from bot.need_codes import NeedCodes
from fairness.errors import AuditError, ReportUnknown
from fairness.pages.asked import Asked, day
from fairness.pages.behind import add_behind
from fairness.pages.coding import add_coding
from fairness.pages.drawing import links_in
from fairness.pages.frame import Chrome, Frame
from fairness.pages.making import (
    MOST_AT_ONCE,
    STEPS,
    Making,
    Start,
    begin,
    look,
    start_child,
    under_way,
)
from fairness.pages.notes import add_note, notes_of
from fairness.pages.render import render
from fairness.pages.shelf import (
    FILES,
    Kept,
    Link,
    about_report,
    find_report,
    keep_links,
    list_reports,
    report_file,
)
from fairness.reading import count_conversations
from fairness.report.style import content_security_policy
from fairness.words_of import Opens, not_sealed

GROUPS: Mapping[str, str] = {
    "language": "Language",
    "medium": "Web or text message",
    "service": "Service",
    "imd_decile": "Deprivation of the area of their postcode (of areas, not of people)",
}
ANSWERS: Mapping[str, str] = {
    "age_band": "Age, as they told us",
    "sex": "Sex, as they told us",
    "ethnic_group": "Ethnic group, as they told us",
    "religion": "Religion, as they told us",
    "disability": "Disability, as they told us",
    "sexual_orientation": "Sexual orientation, as they told us",
}
"""Questions of the equality schemes, on offer where there is the key to join them."""
WITHIN: Mapping[str, str] = {
    "service": "Service",
    "asked_channel": "Channel they asked for",
    "medium": "Web or text message",
    "language": "Language",
}

LOOK_SECONDS, LOOK_EVERY = 4.0, 0.2
"""How long a page waits for a report to become ready, and how often it looks."""


def make_audit_router(
    read_engine_url: str,
    reports_dir: Path,
    require_auditor: Callable[..., Any],
    chrome: Chrome,
    *,
    csrf_field: Callable[[Request], str],
    check_csrf: Callable[..., Any],
    equality_key: str = "",
    who: Callable[[Request], str] = lambda request: "an auditor",
    need_codes: NeedCodes | None = None,
    coder: Callable[[Request], str] = lambda request: "auditor",
    noted: Callable[[Request, str, str], None] = lambda request, action, subject: None,
    opens: Opens = not_sealed,
    start: Start = start_child,
) -> APIRouter:
    """Pages under /audit, all behind ``require_auditor``.

    ``chrome(title, html_body, request)`` frames a page; the body brings its own h1.
    ``csrf_field(request)`` is the hidden field of a form and ``check_csrf`` the
    dependency that refuses a form without it. The database is only read. ``equality_key``
    joins equality answers; ``who(request)`` names who writes a note or signs, ``coder(request)``
    is their user name. Without ``need_codes`` there is no coding page. ``noted(request, action,
    subject)`` writes to the staff log who read what. ``opens`` opens sealed contact details.
    ``start`` begins the work on a report.
    """
    router = APIRouter(
        prefix="/audit", dependencies=[Depends(require_auditor)], include_in_schema=False
    )

    def show(request: Request, asked: Asked, problem: str = "") -> Response:
        held, problem = _held(read_engine_url, problem)
        body = render(
            "list.html.j2",
            group_names=GROUPS, within_names=WITHIN, coding=need_codes is not None,
            reports=(reports := list_reports(reports_dir)),
            wanting=wanting_eyes(reports_dir, reports), held=held, asked=asked, problem=problem,
            making=under_way(reports_dir), steps=STEPS,
            answers=ANSWERS if equality_key else {},
            csrf=Markup(csrf_field(request)),
        )  # fmt: skip
        response = chrome("Bias reports", body, request)
        response.status_code = 422 if problem else 200
        return response

    @router.get("")
    def reports(request: Request, again: str = "") -> Response:
        return show(request, _asked_before(reports_dir, again))

    @router.post("", dependencies=[Depends(check_csrf)])
    def new_report(
        request: Request,
        groups: Annotated[list[str] | None, Form()] = None,
        within: Annotated[str, Form()] = "",
        since: Annotated[str, Form()] = "",
        until: Annotated[str, Form()] = "",
        previous: Annotated[str, Form()] = "",
    ) -> Response:
        asked = Asked(tuple(groups or ()), within, since, until, previous)
        problem = _problem(asked, bool(equality_key)) or _cannot_begin(reports_dir, asked)
        if problem:
            return show(request, asked, problem)
        making_id = begin(reports_dir, read_engine_url, asked, equality_key, start)
        return RedirectResponse(f"/audit/making/{making_id}", status_code=303)

    @router.get("/making/{making_id}")
    async def how_far(request: Request, making_id: str) -> Response:
        try:
            making = await _wait_for(reports_dir, making_id)
        except ReportUnknown as error:
            raise HTTPException(404, str(error)) from None
        if making.report_id:
            return RedirectResponse(f"/audit/reports/{making.report_id}", status_code=303)
        title = "The report was not made" if making.problem else "The report is being made"
        body = render("making.html.j2", making=making, steps=STEPS)
        return frame.page(title, body, request, 422 if making.problem else 200)

    @router.get("/reports/{report_id}")
    def report(request: Request, report_id: str) -> Response:
        try:
            kept = find_report(reports_dir, report_id)
        except ReportUnknown as error:
            raise HTTPException(404, str(error)) from None
        body = render(
            "report.html.j2",
            kept=kept, files=FILES, notes=notes_of(reports_dir, report_id),
            links=_links(reports_dir, report_id),
            csrf=Markup(csrf_field(request)),
        )  # fmt: skip
        return chrome(kept.title, body, request)

    @router.post("/reports/{report_id}/notes", dependencies=[Depends(check_csrf)])
    def note(
        request: Request,
        report_id: str,
        text: Annotated[str, Form()] = "",
        sign: Annotated[str, Form()] = "",
    ) -> Response:
        try:
            if text.strip() or sign:
                add_note(
                    reports_dir, report_id,
                    who=who(request), text=text, signed=bool(sign), at=datetime.now(UTC),
                )  # fmt: skip
        except ReportUnknown as error:
            raise HTTPException(404, str(error)) from None
        return RedirectResponse(f"/audit/reports/{report_id}#notes", status_code=303)

    frame = Frame(chrome, csrf_field, check_csrf, noted, opens)
    add_behind(router, frame, read_engine_url, reports_dir)
    if need_codes is not None:
        add_coding(router, frame, need_codes, read_engine_url, coder)

    @router.get("/reports/{report_id}/{name:path}")
    def file(report_id: str, name: str) -> Response:
        try:
            path = report_file(reports_dir, report_id, name)
        except ReportUnknown as error:
            raise HTTPException(404, str(error)) from None
        return _sent(path, report_id, name)

    return router


async def _wait_for(shelf: Path, making_id: str) -> Making:
    """How far it is, when it is over or after a while: whoever looks need not look often. Costs
    no thread. Raises ReportUnknown."""
    deadline = time.monotonic() + LOOK_SECONDS
    making = look(shelf, making_id)
    while not making.is_over and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_EVERY)
        making = look(shelf, making_id)
    return making


def _asked_before(shelf: Path, making_id: str) -> Asked:
    """What was typed for a report that came to nothing; the form as it begins otherwise."""
    try:
        return look(shelf, making_id).asked
    except ReportUnknown:
        return Asked()


def _cannot_begin(shelf: Path, asked: Asked) -> str:
    """Why the report cannot be begun just now, or nothing."""
    if len(under_way(shelf)) >= MOST_AT_ONCE:
        return f"{MOST_AT_ONCE} reports are being made already. Wait until one of them is ready."
    try:
        if asked.previous:
            report_file(shelf, asked.previous, "report.json")
    except ReportUnknown as error:
        return str(error)
    return ""


def _sent(path: Path, report_id: str, name: str) -> Response:
    """A page to look at, or a file to keep; neither stays in a cache."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if name in ("report.html", "report.cy.html"):
        headers["Content-Security-Policy"] = content_security_policy()
        return FileResponse(path, media_type=FILES[name], headers=headers)
    called = f"{report_id}-{path.name}"
    return FileResponse(path, media_type=FILES[name], headers=headers, filename=called)


def _held(url: str, problem: str) -> tuple[int, str]:
    """How many conversations there are; a database not there yet holds none."""
    try:
        return count_conversations(url), problem
    except AuditError as error:
        return 0, problem or str(error)


def _problem(asked: Asked, answers_too: bool) -> str:
    """What is wrong with the form, in words, or nothing."""
    if not asked.groups:
        return "Choose at least one group to compare."
    offered = {*GROUPS, *(ANSWERS if answers_too else ())}
    if set(asked.groups) - offered or (asked.within and asked.within not in WITHIN):
        return "Choose from the groups on the form."
    if asked.within in asked.groups:
        return "Choose something else to look within: it is already one of the groups."
    try:
        since, until = day(asked.since), day(asked.until)
    except ValueError:
        return "Write each date as year-month-day, such as 2026-01-31."
    if since and until and since >= until:
        return "The first day must be before the day the report stops at."
    return ""


def wanting_eyes(shelf: Path, reports: Sequence[Kept]) -> tuple[Kept, ...]:
    """Scheduled reports with alerts that nobody has signed yet."""
    return tuple(
        k for k in reports if k.alerts and not any(n.signed for n in notes_of(shelf, k.id))
    )


def _links(shelf: Path, report_id: str) -> Sequence[Link]:
    """Figures to read behind. A report kept before they were kept with it is looked through
    once."""
    kept = about_report(shelf, report_id).get("links")
    if kept is not None:
        return [Link(**link) for link in kept]
    try:
        links = links_in(report_file(shelf, report_id, "report.json"))
    except AuditError:  # the report itself can be read all the same
        return ()
    keep_links(shelf, report_id, links)
    return links
