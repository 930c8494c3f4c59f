"""The models' folder: which one is live, which one waits for the audit's yes, and the log."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.files.live_model import ModelTampered, about_of, sha256_of
from channels.own_files import alone_in, write_whole

LIVE, CANDIDATE, LOG = "live.json", "candidate.json", "gate.jsonl"
Scores = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""(what is measured, language, group) → the share with its ``k``, ``n``, ``low``, ``high``."""


class ModelUnknown(BadInput):
    """There is no such model on the shelf, or nobody noted its hash. Choose another one."""


@dataclass(frozen=True)
class Shelved:
    """A model on the shelf. ``reasons``: why the gate kept it out when it was trained; ``usable``:
    whether its hash was noted, without which it is not loaded."""

    name: str
    trained_at: str
    live: bool
    usable: bool
    reasons: tuple[str, ...]


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


def let_candidate_live(
    models: Path, reasons: Sequence[str], *, overruled: bool, not_compared: str = ""
) -> None:
    """Note what the audit said, or why it had nothing to compare, and put the candidate in the
    live one's place where it may be: in one step, so that nobody reads half a file."""
    candidate = named_model(models, CANDIDATE)
    may = not reasons or overruled
    name = candidate.name if candidate else ""
    entry = {"model": name, "asked": "audit", "reasons": list(reasons), "live": may}
    _note(models, {**entry, "not_compared": not_compared} if not_compared else entry)
    if may:
        os.replace(models / CANDIDATE, models / LIVE)
    else:
        (models / CANDIDATE).unlink()


def shelf(models: Path) -> list[Shelved]:
    """Every model in the folder, the newest first."""
    live, reasons = named_model(models, LIVE), _reasons(models)
    files = models.glob("fairway-*.tar.gz")
    newest = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)
    return [_shelved(file, file == live, reasons.get(file.name, ())) for file in newest]


def scores_of(models: Path, name: str) -> Scores:
    """The model's figures by group, as the gate measured them; none where it was not asked."""
    path = models / (Path(name).name.removesuffix(".tar.gz") + ".figures.json")
    try:
        held = json.loads(path.read_text("utf-8"))
        return {(str(o["what"]), str(o["lang"]), str(o["group"])): o for o in held}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def make_live(
    models: Path, name: str, reasons: Sequence[str], by: str, overruled: str = ""
) -> None:
    """Put the model ``name`` in the live one's place; ``reasons`` against it are noted with who
    overruled them and why. Rasa loads it at its next start.

    Raises ModelUnknown, and ModelTampered when its file is not the one that was trained.
    """
    with alone_in(models):
        about = _about(models / Path(name).name)
        if about is None or name not in {one.name for one in shelf(models)}:
            raise ModelUnknown
        if not hmac.compare_digest(sha256_of(models / name), str(about["sha256"])):
            raise ModelTampered
        write_whole(models / LIVE, json.dumps({**about, **_instead_of(models, about)}, indent=1))
        told = {"by": by, "reason": overruled} if overruled else None
        entry = {"model": name, "asked": "manager", "by": by, "overruled": told}
        _note(models, {**entry, "reasons": list(reasons), "live": True})


def _instead_of(models: Path, about: Mapping[str, Any]) -> dict[str, str]:
    """The inputs whose own model is passed over: training leaves them alone until they change."""
    live = named_model(models, LIVE)
    held = json.loads((models / LIVE).read_text("utf-8")) if live else {}
    newest = str(held.get("instead_of") or held.get("inputs_fingerprint") or "")
    return {"instead_of": newest} if newest not in ("", about["inputs_fingerprint"]) else {}


def _shelved(file: Path, live: bool, reasons: Sequence[str]) -> Shelved:
    about = _about(file)
    at = str(about["trained_at"]) if about else ""
    return Shelved(file.name, at, live, about is not None, tuple(reasons))


def _about(model: Path) -> dict[str, Any] | None:
    """What training noted beside the model; for a live one of before that, ``live.json``."""
    for path in (about_of(model), model.with_name(LIVE)):
        try:
            held: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if held.get("file") == model.name and {"sha256", "inputs_fingerprint"} <= held.keys():
            return {k: v for k, v in held.items() if k != "instead_of"}
    return None


def _reasons(models: Path) -> dict[str, list[str]]:
    """Model → what the gate said against it when it was trained."""
    found: dict[str, list[str]] = {}
    for entry in _entries(models):
        if entry.get("asked") != "manager":
            found.setdefault(str(entry.get("model")), []).extend(map(str, entry.get("reasons", ())))
    return found


def _entries(models: Path) -> Iterator[dict[str, Any]]:
    if not (models / LOG).is_file():
        return
    for line in (models / LOG).read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue  # a line cut short by a full disk


def _note(models: Path, entry: Mapping[str, Any]) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with (models / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": at, **entry}, ensure_ascii=False) + "\n")
