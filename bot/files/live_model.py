"""Which trained model is live, and whether its file is still the one that was trained.

Training writes ``models/live.json``: {"file", "sha256", "inputs_fingerprint", "trained_at"},
and the same beside each model in ``<model>.about.json``.
A model file can run code when it is loaded, so only one whose hash we wrote down is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadFile, FairwayError


class ModelMissing(FairwayError):
    """There is no trained model yet. Run: fairway train"""


class ModelTampered(FairwayError):
    """The model file is not the one that was trained, so it is not loaded."""


@dataclass(frozen=True)
class LiveModel:
    """The live model. ``path`` is absolute; ``sha256`` is what training wrote down.
    ``instead_of``: the inputs of a newer model, where somebody went back to this one."""

    path: Path
    sha256: str
    inputs_fingerprint: str
    trained_at: str
    instead_of: str = ""


def live_model(models: Path) -> LiveModel:
    """The live model of the folder ``models``, its file checked against its hash.

    Raises ModelMissing, ModelTampered, or BadFile for a broken ``live.json``.
    """
    model = read_live_model(models)
    if not model.path.is_file():
        raise ModelMissing(f"The model {model.path} is gone. Run: fairway train --force")
    if not hmac.compare_digest(sha256_of(model.path), model.sha256):
        raise ModelTampered(
            f"The model {model.path} is not the one that was trained (its SHA-256 differs), "
            "so it is not loaded. Find out who changed it, then run: fairway train --force"
        )
    return model


def read_live_model(models: Path) -> LiveModel:
    """What ``live.json`` says, without looking at the model file. Raises as ``live_model``."""
    path = models / "live.json"
    try:
        held = json.loads(path.read_text("utf-8"))
        return LiveModel(
            path=(models / Path(held["file"]).name).resolve(),
            sha256=str(held["sha256"]),
            inputs_fingerprint=str(held.get("inputs_fingerprint", "")),
            trained_at=str(held.get("trained_at", "")),
            instead_of=str(held.get("instead_of", "")),
        )
    except FileNotFoundError:
        raise ModelMissing() from None
    except (ValueError, KeyError, TypeError) as error:
        remedy = "Run: fairway train --force"
        raise BadFile(path, None, "not as training wrote it", remedy) from error


def about_of(model: Path) -> Path:
    """The file that says what a model is."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".about.json")


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as hexadecimal, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
