"""What the pages ask of the audit's libraries, answered by a process of its own: the serving one
loads none of them, and their memory goes when the answer is there.

Only ids come back: contact details are opened, and words redacted, where the keys are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairness.errors import AuditError, NotLookedUp, NotToBeOpened
from fairness.pages.shelf import Link

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "fairness.pages.drawing_child")
PATIENCE = 120.0
"""Seconds. Ten million turns are read in half a minute."""
BEHIND, LINKS = "behind", "links"


@dataclass(frozen=True)
class Wanted:
    """A figure of a report. ``report`` is where its report.json is; ``since`` and ``until`` are its
    window as ISO days, empty where it is open; the same ``seed`` draws the same."""

    url: str
    report: str
    measure: str
    of: str
    group: Mapping[str, str]
    within: Mapping[str, str]
    since: str
    until: str
    seed: str


@dataclass(frozen=True)
class DrawnBehind:
    """``title`` and ``definition`` of the measure, ``which`` conversations are meant, in words;
    how many were ``found``, rounded, and the ids of those that were drawn."""

    title: str
    definition: str
    which: str
    found: int
    ids: tuple[str, ...]


def draw_behind(wanted: Wanted) -> DrawnBehind:
    """A few conversations behind a figure. Raises NotToBeOpened, NotLookedUp, and AuditError with
    what the database said."""
    told = _ask({"what": BEHIND, **asdict(wanted)})
    return DrawnBehind(**{**told, "ids": tuple(told["ids"])})


def links_in(report: Path) -> Sequence[Link]:
    """Figures worth reading behind, in a report.json. Raises AuditError."""
    return [Link(**link) for link in _ask({"what": LINKS, "report": str(report)})["links"]]


def _ask(job: Mapping[str, Any]) -> dict[str, Any]:
    """The job goes through standard input, where no list of processes shows the address of the
    database; what went wrong is in the program's own log."""
    try:
        done = subprocess.run(
            COMMAND, cwd=ROOT, input=json.dumps(job).encode(), stdout=subprocess.PIPE,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise NotLookedUp from error
    if "refused" in told:
        raise NotToBeOpened(told["refused"])
    if "problem" in told:
        raise AuditError(told["problem"])
    return told
