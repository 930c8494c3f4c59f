"""/audit/reports/{id}/behind: the redacted conversations behind one figure of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from fairness.errors import AuditError, NotToBeOpened, ReportUnknown
from fairness.pages.drawing import Wanted, draw_behind
from fairness.pages.frame import Frame
from fairness.pages.render import render
from fairness.pages.shelf import about_report, find_report, report_file
from fairness.reading import reading
from fairness.words_of import words_of


def add_behind(router: APIRouter, frame: Frame, url: str, shelf: Path) -> None:
    """The page on ``router``."""
    one_at_a_time = Lock()  # each takes the audit's libraries, and so their memory

    @router.get("/reports/{report_id}/behind")
    def read_behind(
        request: Request,
        report_id: str,
        measure: str = "",
        of: str = "",
        group: Annotated[list[str] | None, Query()] = None,
        within: Annotated[list[str] | None, Query()] = None,
    ) -> Response:
        try:
            kept = find_report(shelf, report_id)
            wanted = Wanted(
                url=url,
                report=str(report_file(shelf, report_id, "report.json")),
                measure=measure,
                of=of,
                group=_pairs(group),
                within=_pairs(within),
                since=str(about_report(shelf, report_id).get("since") or ""),
                until=str(about_report(shelf, report_id).get("until") or ""),
                seed=report_id,
            )
            with one_at_a_time:
                drawn = draw_behind(wanted)
            with reading(url) as connection:
                said = words_of(connection, drawn.ids, opens=frame.opens)
        except (ReportUnknown, NotToBeOpened) as error:
            raise HTTPException(404, str(error)) from None
        except AuditError as error:
            raise HTTPException(503, str(error)) from None
        frame.noted(request, "conversations_read_behind_report", report_id)
        talks = [said[name] for name in drawn.ids if name in said]
        body = render("behind.html.j2", kept=kept, figure=wanted, drawn=drawn, talks=talks)
        return frame.page("Conversations behind a figure", body, request)


def _pairs(given: Sequence[str] | None) -> dict[str, str]:
    held = (text.partition(":") for text in given or ())
    return {name: value for name, colon, value in held if colon}
