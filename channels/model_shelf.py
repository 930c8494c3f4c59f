"""The models' folder: which one is live, which one waits for the audit's yes, and the log."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

LIVE, CANDIDATE, LOG = "live.json", "candidate.json", "gate.jsonl"


def named_model(models: Path, name: str) -> Path | None:
    """The model's file that ``name`` (LIVE or CANDIDATE) names; None where it names none."""
    try:
        held = json.loads((models / name).read_text("utf-8"))
        return models / Path(held["file"]).name
    except (OSError, ValueError, KeyError, TypeError):
        return None


def answers_beside(model: Path) -> Path:
    """Where nlu/answers.py keeps what a model made of the evaluation sets."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".answers.jsonl")


def let_candidate_live(models: Path, reasons: Sequence[str], *, overruled: bool) -> None:
    """Note what the audit said, and put the candidate in the live one's place where it may be:
    in one step, so that nobody reads half a file."""
    candidate = named_model(models, CANDIDATE)
    may = not reasons or overruled
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entry = {"at": at, "model": candidate.name if candidate else "", "asked": "audit"}
    with (models / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({**entry, "reasons": list(reasons), "live": may}) + "\n")
    if may:
        os.replace(models / CANDIDATE, models / LIVE)
    else:
        (models / CANDIDATE).unlink()
