"""Which figures of a report are worth reading behind. Takes the audit's libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fairness.conversations import MEASURES
from fairness.database import GROUPS
from fairness.pages.shelf import Link
from fairness.report import words

MOST_LINKS = 20


def links_of(report: Mapping[str, Any]) -> tuple[Link, ...]:
    """Figures worth reading behind: evidence first, then where the group fares worse."""
    if report["provenance"]["source"]["kind"] != "database":
        return ()
    told = [c for c in report["comparisons"] if _can_open(c)]
    told.sort(key=lambda c: (c["verdict"] != "evidence of disparity", c["p"] or 1.0))
    return tuple(Link(_said(c), _address(c)) for c in told[:MOST_LINKS])


def _can_open(found: Mapping[str, Any]) -> bool:
    groups = {*found["group"], *found["within"]}
    return found["direction"] == "worse" and found["difference"] is not None and groups <= {*GROUPS}


def _said(found: Mapping[str, Any]) -> str:
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
