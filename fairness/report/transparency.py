"""The ATRS record and the evidence section of an equality impact assessment, from live settings.

What only the council can say is left as a question, never made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RECORD = Path(__file__).parent / "atrs.yml"
PROTECTED = (
    "age", "disability", "gender reassignment", "marriage and civil partnership",
    "pregnancy and maternity", "race", "religion or belief", "sex", "sexual orientation",
)  # fmt: skip
"""The Equality Act's nine characteristics."""


@dataclass(frozen=True)
class Field:
    """One field of the record. ``to_do``: ``text`` asks what only the council can say."""

    name: str
    tier: int
    text: str
    to_do: bool = False


@dataclass(frozen=True)
class Evidence:
    """What the audit can say of one protected characteristic. ``groups``: the columns read."""

    characteristic: str
    groups: tuple[str, ...]
    text: str


def atrs_record(live: Mapping[str, str], report: Mapping[str, Any] | None) -> tuple[Field, ...]:
    """Every field, filled from ``live`` (council, url, phone, services, policy, model) and from
    the ``report.json`` of an audit, if there is one."""
    known = {**live, "findings": _findings(report), "untold": _untold(report)}
    entries = yaml.safe_load(RECORD.read_text("utf-8"))
    return tuple(
        Field(e["field"], e["tier"], e["ask"], to_do=True)
        if "ask" in e
        else Field(e["field"], e["tier"], e["text"].format(**known).strip())
        for e in entries
    )


def equality_evidence(
    report: Mapping[str, Any] | None, characteristics: Mapping[str, str]
) -> tuple[Evidence, ...]:
    """One line for each of the nine. ``characteristics``: group column → characteristic."""
    return tuple(_evidence(report, name, characteristics) for name in PROTECTED)


def _evidence(
    report: Mapping[str, Any] | None, name: str, characteristics: Mapping[str, str]
) -> Evidence:
    read = report["provenance"]["groups"] if report else []
    columns = tuple(c for c in read if characteristics.get(c) == name)
    if not columns or report is None:
        return Evidence(name, (), "Not estimable: no audit has read answers about it.")
    verdicts = Counter(
        c["verdict"] for c in report["comparisons"] if set(c["group"]) & set(columns)
    )
    said = "; ".join(f"{verdict}: {number}" for verdict, number in sorted(verdicts.items()))
    return Evidence(name, columns, f"Comparisons: {said}." if said else "Nothing to compare.")


def _findings(report: Mapping[str, Any] | None) -> str:
    if report is None:
        return "No bias report has been made yet."
    verdicts = Counter(c["verdict"] for c in report["comparisons"])
    marked = "On synthetic data: " if report["synthetic"] else ""
    said = ", ".join(f"{verdict} in {number}" for verdict, number in sorted(verdicts.items()))
    digest = report["provenance"]["findings_sha256"]
    return f"{marked}Bias report of {report['provenance']['made_at'][:10]} ({digest[:12]}): {said}."


def _untold(report: Mapping[str, Any] | None) -> str:
    if report is None:
        return ""
    names = {
        c["measure"].replace("_", " ")
        for c in report["comparisons"]
        if c["verdict"] == "not estimable"
    }
    return f"Not estimable for some groups: {', '.join(sorted(names))}." if names else ""
