"""What auditors write under a report, and their signatures: added to, never changed.

Each line holds the hash of the one before and the hash of the report's findings, so that a
changed line, or a signature moved to other findings, shows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from fairness.pages.shelf import find_report, report_file

MOST_CHARACTERS = 4000
_FILE = "notes.jsonl"


@dataclass(frozen=True)
class Note:
    """One note, or one signature of the findings. ``whole`` is false once a line was tampered."""

    at: str
    who: str
    text: str
    signed: bool
    findings: str
    before: str
    whole: bool = True


def add_note(
    shelf: Path, report_id: str, *, who: str, text: str, signed: bool, at: datetime
) -> None:
    """Add one under the report. Raises ReportUnknown."""
    find_report(shelf, report_id)
    document = json.loads(report_file(shelf, report_id, "report.json").read_text("utf-8"))
    path = shelf / report_id / _FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    note = Note(
        at.isoformat(timespec="seconds"), who, text.strip()[:MOST_CHARACTERS], signed,
        document["provenance"]["findings_sha256"], _hash(lines[-1]) if lines else "",
    )  # fmt: skip
    held = {name: value for name, value in asdict(note).items() if name != "whole"}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(held, ensure_ascii=False) + "\n")


def notes_of(shelf: Path, report_id: str) -> tuple[Note, ...]:
    """Every note in order; those after a changed or missing line are not ``whole``."""
    path = shelf / report_id / _FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found, before = [], ""
    whole = True
    for line in lines:
        held = json.loads(line)
        whole = whole and held["before"] == before
        found.append(Note(**held, whole=whole))
        before = _hash(line)
    return tuple(found)


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
