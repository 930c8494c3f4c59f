"""Where reports are kept: one folder a report, named by time and hash, never by a visitor."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairness.errors import ReportUnknown
from fairness.report.as_csv import TABLES

if TYPE_CHECKING:  # to look at what is on the shelf takes none of the audit's libraries
    from fairness.audit import Report

_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
FILES: Mapping[str, str] = {
    "report.html": "text/html; charset=utf-8",
    "report.cy.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    "report.json": "application/json",
    **{f"tables/{name}.csv": "text/csv; charset=utf-8" for name in TABLES},
}


@dataclass(frozen=True)
class Kept:
    """A report on the shelf, in short."""

    id: str
    title: str
    made_at: datetime
    groups: tuple[str, ...]
    within: tuple[str, ...]
    units: float
    window: tuple[str, str]
    verdicts: Mapping[str, int]
    scheduled: bool = False
    alerts: tuple[str, ...] = ()
    window_end: date | None = None


@dataclass(frozen=True)
class Link:
    """A figure on the report's page that can be opened. ``address`` is relative to the report."""

    text: str
    address: str


def keep_report(shelf: Path, report: Report, more: Mapping[str, Any] | None = None) -> str:
    """Put ``report`` on the shelf; its id is ``20260131T093000Z-1a2b3c4d``.

    ``more`` is kept with it: ``since`` and ``until`` as asked for, ``scheduled``, ``alerts``.
    """
    from fairness.pages.links import links_of
    from fairness.report.as_json import as_json
    from fairness.report.write import write_report

    document = as_json(report)
    provenance = document["provenance"]
    made_at = datetime.fromisoformat(provenance["made_at"])
    report_id = f"{made_at:%Y%m%dT%H%M%SZ}-{provenance['findings_sha256'][:8]}"
    unfinished = shelf / f".{report_id}.part"
    write_report(report, unfinished)
    about = {
        "title": report.title,
        "made_at": provenance["made_at"],
        "groups": provenance["groups"],
        "within": provenance["within"],
        "units": provenance["units"],
        "window": [provenance["window"]["from"] or "", provenance["window"]["to"] or ""],
        "verdicts": Counter(c.verdict for c in report.comparisons),
        "links": [asdict(link) for link in links_of(document)],
        **(more or {}),
    }
    (unfinished / "about.json").write_text(json.dumps(about), encoding="utf-8")
    _put(unfinished, shelf / report_id)
    return report_id


def list_reports(shelf: Path) -> tuple[Kept, ...]:
    """Every report, newest first."""
    folders = [f for f in shelf.iterdir() if _ID.fullmatch(f.name)] if shelf.is_dir() else []
    names = sorted((f.name for f in folders), reverse=True)
    return tuple(
        find_report(shelf, name) for name in names if (shelf / name / "about.json").is_file()
    )


def find_report(shelf: Path, report_id: str) -> Kept:
    """One report in short. Raises ReportUnknown."""
    about = about_report(shelf, report_id)
    return Kept(
        id=report_id,
        title=about["title"],
        made_at=datetime.fromisoformat(about["made_at"]),
        groups=tuple(about["groups"]),
        within=tuple(about["within"]),
        units=about["units"],
        window=(about["window"][0][:10], about["window"][1][:10]),
        verdicts=about["verdicts"],
        scheduled=bool(about.get("scheduled")),
        alerts=tuple(about.get("alerts", ())),
        window_end=date.fromisoformat(about["until"]) if about.get("until") else None,
    )


def report_file(shelf: Path, report_id: str, name: str) -> Path:
    """Where one of FILES of a report is. Raises ReportUnknown for anything else."""
    path = shelf / report_id / name
    if not _ID.fullmatch(report_id) or name not in FILES or not path.is_file():
        raise ReportUnknown
    return path


def about_report(shelf: Path, report_id: str) -> dict[str, Any]:
    """What is kept beside a report. Raises ReportUnknown."""
    path = shelf / report_id / "about.json"
    if not _ID.fullmatch(report_id) or not path.is_file():
        raise ReportUnknown
    about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return about


def keep_links(shelf: Path, report_id: str, links: Sequence[Link]) -> None:
    """Keep beside an older report which figures can be opened. Raises ReportUnknown."""
    about = {**about_report(shelf, report_id), "links": [asdict(link) for link in links]}
    path = shelf / report_id / "about.json"
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(json.dumps(about), encoding="utf-8")
    new.replace(path)


def _put(unfinished: Path, place: Path) -> None:
    if place.exists():  # the same findings in the same second: keep the one that is there
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(place)
