"""Train the model and say which one is live. Runs in Rasa's environment.

    python -m nlu.train --models DIR [--own DIR] [--force] [--hold]
        [--override-gate REASON --by NAME]

A new model goes live only if nobody is understood worse for it (nlu/gate.py). With --hold it
waits in ``DIR/candidate.json`` for somebody else's yes: ``fairway train`` asks the audit.

``--own`` is a folder of phrases that the council has added, a folder a language.

Writes ``DIR/<name>.tar.gz``, what it is in ``DIR/<name>.about.json``, and ``DIR/live.json``; the
last line of its output is JSON:
``{"file", "sha256", "inputs_fingerprint", "trained_at", "trained", "seconds"}``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import BadFile, FairwayError
from bot.files.live_model import (
    ModelMissing,
    ModelTampered,
    about_of,
    live_model,
    read_live_model,
    sha256_of,
)
from bot.rasa.quiet import make_logs_quiet
from nlu.answers import answers_of
from nlu.fingerprint import fingerprint
from nlu.gate import (
    FLOORS,
    Floor,
    GateClosed,
    check,
    figures_of,
    keep_shares,
    not_compared,
    note,
    read_floors,
    shares_beside,
    unmeasured,
)
from nlu.shares import Share

ROOT = Path(__file__).resolve().parent.parent
BEING_MADE = ".being-made-"
"""How the folder begins that a model is made in, beside the models."""
A_DAY = 24 * 3600.0
KEPT = 4
"""Models kept in the folder: the newest, to compare and to go back to. The live one stays."""


@dataclass(frozen=True)
class Overruled:
    """Who lets a model go live in spite of the gate, and why; kept in the log."""

    by: str
    reason: str


class TrainingFailed(FairwayError):
    """Rasa could not train the model. The lines above say why."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Train the model from cards and phrases.")
    parser.add_argument("--models", "--out", type=Path, required=True, help="folder of models")
    parser.add_argument("--own", type=Path, help="folder of the council's own phrases")
    parser.add_argument("--root", type=Path, default=ROOT, help="where bot/ and nlu/ are")
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    parser.add_argument("--hold", action="store_true", help="do not let the new model live yet")
    parser.add_argument("--override-gate", metavar="REASON", help="go live in spite of the gate")
    parser.add_argument("--by", help="who overrules the gate")
    asked = parser.parse_args()
    if bool(asked.override_gate) != bool(asked.by):
        parser.error("--override-gate REASON and --by NAME go together")
    overruled = Overruled(asked.by, asked.override_gate) if asked.by else None
    make_logs_quiet()
    end_when_terminated()
    try:
        models, root = asked.models.resolve(), asked.root.resolve()
        own = asked.own.resolve() if asked.own else None
        report = train_if_changed(models, root, asked.force, overruled, own=own, hold=asked.hold)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    sys.stdout.write(json.dumps(report) + "\n")
    return 0


def train_if_changed(
    models: Path,
    root: Path,
    force: bool = False,
    overruled: Overruled | None = None,
    *,
    own: Path | None = None,
    hold: bool = False,
) -> dict[str, object]:
    """Bring ``models/live.json`` (``hold``: ``candidate.json``) up to the inputs under ``root``;
    what ``main`` prints.

    Raises BadFile for a broken card or phrase file, GateClosed when the new model would
    understand some people worse, TrainingFailed for anything else.
    """
    began, print_of_inputs = time.monotonic(), fingerprint(root, own)
    if not force and _is_live(models, print_of_inputs):
        sys.stderr.write("The model is up to date.\n")
        held = json.loads((models / "live.json").read_text("utf-8"))
        return {**held, "trained": False, "seconds": round(time.monotonic() - began, 2)}
    sys.stderr.write("Training the model; this takes some minutes.\n")
    models.mkdir(parents=True, exist_ok=True)
    file = train(models, root, f"fairway-{print_of_inputs[:12]}-{int(time.time())}", own)
    live = {
        "file": file.name,
        "sha256": sha256_of(file),
        "inputs_fingerprint": print_of_inputs,
        "trained_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    _write(about_of(file), json.dumps(live, indent=1))
    pass_gate(models, root, file, overruled)
    _write(models / ("candidate.json" if hold else "live.json"), json.dumps(live, indent=1))
    _clear_out(models, file)
    seconds = round(time.monotonic() - began, 2)
    sys.stderr.write(f"Trained in {seconds:.0f} s: {file.name}\n")
    return {**live, "trained": True, "seconds": seconds}


def pass_gate(models: Path, root: Path, file: Path, overruled: Overruled | None) -> None:
    """Say and note whether ``file`` may go live, and what it was not held against: that nothing was
    compared is no sign that nobody is understood worse. Raises GateClosed."""
    floors = read_floors(root)
    if floors is None:
        untold = [f"the new model was tried on nothing: there is no {FLOORS}"]
        _say_untold(untold)
        note(models, {"model": file.name, "reasons": [], "live": True, "not_compared": untold})
        return
    sys.stderr.write("Trying the new model on the evaluation sets.\n")
    live = _live_shares(models)
    shares, reasons = check(file, floors, live)
    keep_shares(file, shares)
    untold = untold_of(shares, floors.floors, live)
    _say_untold(untold)
    for reason in reasons:
        sys.stderr.write(f"  below: {reason}\n")
    decided = {
        "model": file.name, "reasons": reasons, "live": not reasons or bool(overruled),
        "not_compared": untold,
    }  # fmt: skip
    note(models, {**decided, "overruled": asdict(overruled) if overruled else None})
    if reasons and not overruled:
        raise GateClosed(
            f"{GateClosed.__doc__} The lines above say who. Mend the phrases and train again, or "
            "let it live: fairway train --force --override-gate REASON --by NAME"
        )


def untold_of(
    shares: Sequence[Share], floors: Sequence[Floor], live: Sequence[Share] | None
) -> list[str]:
    """What the gate could not look at, and why."""
    why = not_compared(shares, live)
    nothing = [f"nothing was compared with the live model: {why}"] if why else []
    return [*nothing, *unmeasured(shares, floors)]


def _say_untold(untold: Sequence[str]) -> None:
    for line in untold:
        sys.stderr.write(f"  not compared: {line}\n")


def _live_shares(models: Path) -> list[Share] | None:
    try:
        return shares_beside(live_model(models).path)
    except FairwayError:
        return None


def train(models: Path, root: Path, name: str, own: Path | None = None) -> Path:
    """Train from the inputs under ``root`` and the phrases in ``own``; the model's file."""
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_MAX_CACHE_SIZE="0",  # Rasa's cache would fill the working folder
        TF_CPP_MIN_LOG_LEVEL="3",
        LOG_LEVEL="WARNING",  # and with it no progress bars
        FAIRWAY_VECTORS=str(models / "vectors.npz"),
        FAIRWAY_PHRASES=str(own or ""),
    )
    from rasa.model_training import train as rasa_train

    rasa = root / "bot" / "rasa"
    clear_broken_off(models)
    # Beside the models and not among them: a training that is broken off leaves no half of one.
    with TemporaryDirectory(prefix=BEING_MADE, dir=models) as place:
        result = rasa_train(
            domain=str(rasa / "domain.yml"),
            config=str(rasa / "config.yml"),
            training_files=None,
            output=place,
            fixed_model_name=name,
            force_training=True,
        )
        if result.code != 0 or not result.model:
            raise TrainingFailed
        made = Path(result.model)
        return made.replace(models / made.name)


def clear_broken_off(models: Path) -> None:
    """Remove what trainings left that were killed outright. One under way is not a day old."""
    for place in models.glob(f"{BEING_MADE}*"):
        if time.time() - place.stat().st_mtime > A_DAY:
            shutil.rmtree(place, ignore_errors=True)


def end_when_terminated() -> None:
    """On SIGTERM leave as on an error, so that what is half made is removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _is_live(models: Path, print_of_inputs: str) -> bool:
    """Whether the live model is of these inputs, or was chosen instead of the one of these: who
    goes back to an older model keeps it until phrases or cards change."""
    try:
        live = live_model(models)
        return print_of_inputs in (live.inputs_fingerprint, live.instead_of)
    except (ModelMissing, ModelTampered, BadFile):
        return False


def _named_live(models: Path) -> str:
    try:
        return read_live_model(models).path.name
    except FairwayError:
        return ""


def _write(path: Path, text: str) -> None:
    """In one step, so that nobody reads half a file."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


def _clear_out(models: Path, newest: Path) -> None:
    kept = {newest.name, _named_live(models)}
    files = sorted(models.glob("fairway-*.tar.gz"), key=lambda f: f.stat().st_mtime, reverse=True)
    for file in [f for f in files if f.name not in kept][KEPT - len(kept) :]:
        file.unlink()
        figures_of(file).unlink(missing_ok=True)
        answers_of(file).unlink(missing_ok=True)
        about_of(file).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
