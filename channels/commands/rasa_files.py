"""Writes what Rasa is started with: its endpoints and credentials, with today's secrets."""

from __future__ import annotations

import os
from pathlib import Path
from string import Template

from bot.errors import BadFile
from channels.settings import ROOT, Settings

TEMPLATES = ROOT / "bot" / "rasa"
FILES = ("endpoints.yml", "credentials.yml")


def write_rasa_files(settings: Settings) -> Path:
    """Fill in the templates of ``bot/rasa`` under HOME/rasa, readable by us only; return it.

    Raises BadFile when a template asks for something that is not known here.
    """
    folder = settings.home / "rasa"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FILES:
        _write_private(folder / name, _filled(TEMPLATES / name, rasa_values(settings)))
    return folder


def rasa_values(settings: Settings) -> dict[str, str]:
    """What the templates may name."""
    return {
        "FAIRWAY_ACTIONS_URL": f"{settings.internal_url}/webhook",
        "FAIRWAY_INTERNAL_SECRET": settings.secrets.internal_secret,
        "FAIRWAY_RASA_SECRET": settings.secrets.rasa_secret,
        "FAIRWAY_RASA_DATABASE": str(settings.home / "rasa.db"),
    }


def _filled(template: Path, values: dict[str, str]) -> str:
    try:
        return Template(template.read_text("utf-8")).substitute(values)
    except (KeyError, ValueError) as error:
        known = ", ".join(values)
        raise BadFile(template, None, f"{error} cannot be filled in", f"Known: {known}.") from error


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # so that an older file's wider mode is not kept
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
