"""/audit/reports/{id}/behind: the redacted conversations behind one figure of a report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response

from fairness.errors import AuditError, ReportUnknown
from fairness.pages.frame import Frame
from fairness.pages.render import render
from fairness.pages.shelf import about_report, find_report, report_file
from fairness.report import words

if TYPE_CHECKING:  # the audit's libraries come with the first report that is looked at
    from fairness.drill import Figure

MOST_LINKS = 20


@dataclass(frozen=True)
class Link:
    """A figure on the report's page that can be opened. ``address`` is relative to the report."""

    text: str
    address: str


def add_behind(router: APIRouter, frame: Frame, url: str, shelf: Path) -> None:
    """The page on ``router``."""

    @router.get("/reports/{report_id}/behind")
    def read_behind(
        request: Request,
        report_id: str,
        measure: str = "",
        of: str = "",
        group: Annotated[list[str] | None, Query()] = None,
        within: Annotated[list[str] | None, Query()] = None,
    ) -> Response:
        from fairness.drill import NotToBeOpened, behind, figure_of

        try:
            kept = find_report(shelf, report_id)
            report = json.loads(report_file(shelf, report_id, "report.json").read_text("utf-8"))
            figure = figure_of(report, measure, of or None, _pairs(group), _pairs(within))
            since, until = _window(shelf, report_id)
            found = behind(url, figure, since, until, seed=report_id, opens=frame.opens)
        except (ReportUnknown, NotToBeOpened) as error:
            raise HTTPException(404, str(error)) from None
        except AuditError as error:
            raise HTTPException(503, str(error)) from None
        frame.noted(request, "conversations_read_behind_report", report_id)
        body = render("behind.html.j2", kept=kept, figure=figure, found=found, which=_which(figure))
        return frame.page("Conversations behind a figure", body, request)


def links_of(report: Mapping[str, Any]) -> tuple[Link, ...]:
    """Figures worth reading behind: evidence first, then where the group fares worse."""
    if report["provenance"]["source"]["kind"] != "database":
        return ()
    told = [c for c in report["comparisons"] if _can_open(c)]
    told.sort(key=lambda c: (c["verdict"] != "evidence of disparity", c["p"] or 1.0))
    return tuple(Link(_said(c), _address(c)) for c in told[:MOST_LINKS])


def _can_open(found: Mapping[str, Any]) -> bool:
    from fairness.database import GROUPS

    groups = {*found["group"], *found["within"]}
    return found["direction"] == "worse" and found["difference"] is not None and groups <= {*GROUPS}


def _said(found: Mapping[str, Any]) -> str:
    from fairness.conversations import MEASURES

    title = next(
        (m.title for m in MEASURES if (m.name, m.of) == (found["measure"], found["of"])),
        found["measure"],
    )
    inside = f", inside {words.label(found['within'])}" if found["within"] else ""
    return f"{title}, {words.label(found['group'])}{inside} ({found['verdict']})"


def _address(found: Mapping[str, Any]) -> str:
    pairs = [("measure", found["measure"]), ("of", found["of"] or "")]
    pairs += [("group", f"{k}:{v}") for k, v in found["group"].items()]
    pairs += [("within", f"{k}:{v}") for k, v in found["within"].items()]
    return "behind?" + urlencode([(k, v) for k, v in pairs if v])


def _pairs(given: Sequence[str] | None) -> dict[str, str]:
    held = (text.partition(":") for text in given or ())
    return {name: value for name, colon, value in held if colon}


def _window(shelf: Path, report_id: str) -> tuple[date | None, date | None]:
    about = about_report(shelf, report_id)
    first, last = (about.get(name) for name in ("since", "until"))
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


def _which(figure: Figure) -> str:
    """What the conversations shown have in common, in words."""
    if figure.measure.kind == "quantile":
        return "The tenth with the highest figure."
    if figure.measure.worse == "lower":
        return "Those for which it did not happen."
    return "Those for which it happened."
