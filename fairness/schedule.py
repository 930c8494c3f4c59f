"""Reports made by themselves, one window after the other, and what in them wants a person's eyes.

Windows never overlap: each begins where the last ended, so that no two reports differ by a few
people only. A report is compared with the one before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fairness.audit import Report, audit
from fairness.database import read_database
from fairness.drift import read_earlier
from fairness.errors import NothingToAudit
from fairness.harm_weights import read_weights
from fairness.pages.shelf import Kept, keep_report, list_reports, report_file
from fairness.provenance import provenance
from fairness.records import Rules
from fairness.report import words

FEWEST = 50
"""Conversations under which a window says too little; it then grows until it has so many."""
STALE = 3600.0
"""Seconds after which a lock was left behind by a crash."""


@dataclass(frozen=True)
class Plan:
    """``every``: days in a window. ``groups``: compared in each report."""

    url: str
    shelf: Path
    every: int
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A scheduled report. ``alerts``: sentences, none where nothing needs eyes."""

    id: str
    alerts: tuple[str, ...]


def window_due(kept: Sequence[Kept], plan: Plan, today: date) -> tuple[date, date] | None:
    """The days of the next report, up to and not including today; None: not yet.

    The first one looks back over one window.
    """
    ends = [k.window_end for k in kept if k.scheduled and k.window_end]
    begins = max(ends) if ends else today - timedelta(days=plan.every)
    return (begins, today) if (today - begins).days >= plan.every else None


def run_if_due(plan: Plan, now: datetime) -> Made | None:
    """Make the report that is due and put it on the shelf; None where none is, or another process
    makes it, or too few conversations were held: then the window grows.

    Raises AuditError where the database cannot be read.
    """
    if plan.every < 1:
        return None
    with _alone(plan.shelf) as mine:
        kept = list_reports(plan.shelf) if mine else ()
        days = window_due(kept, plan, now.astimezone(UTC).date()) if mine else None
        return _make(plan, days, kept, now) if days else None


def _make(plan: Plan, days: tuple[date, date], kept: Sequence[Kept], now: datetime) -> Made | None:
    since, until = days
    try:
        units = read_database(plan.url, plan.groups, None, since=since, until=until)
    except NothingToAudit:
        return None
    if units.frame["weight"].sum() < FEWEST:
        return None
    before = next((k for k in kept if k.scheduled), None)
    earlier = read_earlier(report_file(plan.shelf, before.id, "report.json")) if before else None
    rules = Rules(harm=read_weights())
    command = (
        f"fairway audit --db {units.source.name} --groups {','.join(plan.groups)} "
        f"--since {since} --until {until} --out report"
    )
    history = provenance(units, rules, made_at=now, command=command)
    title = f"Scheduled bias report, {since} to {until - timedelta(days=1)}"
    report = audit(units, rules, history, title=title, earlier=earlier)
    alerts = alerts_of(report, earlier)
    more = {"since": since.isoformat(), "until": until.isoformat(), "scheduled": True,
            "alerts": list(alerts)}  # fmt: skip
    return Made(keep_report(plan.shelf, report, more), alerts)


def alerts_of(report: Report, earlier: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What got worse since the earlier report, and evidence of disparity that it did not have."""
    worse = [
        f"{d.measure.title}, {words.label(d.group)}: {words.figure(d.measure, d.now)} now, "
        f"{words.figure(d.measure, d.before)} before."
        for d in report.drift
        if d.changed and d.direction == "worse"
    ]
    known = {_key(c) for c in (earlier or {}).get("comparisons", ()) if _is_evidence(c)}
    new = [
        f"{c.measure.title}: evidence of disparity between {words.label(c.group)} and "
        f"{words.label(c.reference)}."
        for c in report.comparisons
        if c.verdict == "evidence_of_disparity"
        and (c.measure.name, c.measure.of, _pairs(c.group)) not in known
    ]
    harm = [
        f"Expected harm: evidence of disparity for {words.label(s.group)}."
        for s in report.harm
        if s.verdict == "evidence_of_disparity"
    ]
    return tuple(dict.fromkeys((*worse, *new, *harm)))


def _is_evidence(found: Mapping[str, Any]) -> bool:
    return found["verdict"] == "evidence of disparity" and not found["within"]


def _key(found: Mapping[str, Any]) -> tuple[Any, ...]:
    return found["measure"], found["of"], _pairs(found["group"])


def _pairs(group: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(group.items()))


@contextmanager
def _alone(shelf: Path) -> Iterator[bool]:
    """Whether nobody else makes a scheduled report just now; a lock left by a crash is broken."""
    shelf.mkdir(parents=True, exist_ok=True)
    lock = shelf / ".schedule.lock"
    if lock.exists() and time.time() - lock.stat().st_mtime > STALE:
        lock.unlink(missing_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        lock.unlink(missing_ok=True)
