"""Make a report that the form asks for. Imports everything the audit needs."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fairness.audit import audit
from fairness.database import read_database
from fairness.drift import read_earlier
from fairness.harm_weights import read_weights
from fairness.pages.asked import Asked, day
from fairness.pages.shelf import keep_report, report_file
from fairness.provenance import provenance
from fairness.records import Rules


def make_report(
    url: str, shelf: Path, asked: Asked, equality_key: str, tell: Callable[[str], None]
) -> str:
    """Run the audit and put its report on the shelf; its id. ``tell`` hears of each step (STEPS in
    ``fairness.pages.making``) as it begins. Raises AuditError."""
    rules = Rules(harm=read_weights())
    earlier = None
    if asked.previous:
        earlier = read_earlier(report_file(shelf, asked.previous, "report.json"))
    units = read_database(
        url, asked.groups, asked.within or None, since=day(asked.since), until=day(asked.until),
        equality_key=equality_key,
    )  # fmt: skip
    tell("comparing")
    made_at = datetime.now(UTC)
    command = _command(units.source.name, asked)
    history = provenance(units, rules, made_at=made_at, command=command)
    title = f"Bias report by {' and '.join(asked.groups)}"
    report = audit(units, rules, history, title=title, earlier=earlier)
    tell("writing")
    return keep_report(shelf, report, {"since": asked.since, "until": asked.until})


def _command(database: str, asked: Asked) -> str:
    parts = ["fairway", "audit", "--db", database, "--groups", ",".join(asked.groups)]
    for flag, value in (("within", asked.within), ("since", asked.since), ("until", asked.until)):
        parts += [f"--{flag}", value] if value else []
    return shlex.join([*parts, "--out", "report"])
