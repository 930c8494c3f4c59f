"""What every command starts from: the settings, the folders, and how errors are shown."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.errors import FairwayError
from channels.settings import ROOT, Settings, load_settings

ONE_ARENA = "MALLOC_ARENA_MAX"
"""One pool of memory for all threads of a process (glibc): each of many keeps what it once needed,
and threads that take turns at Python's lock hardly wait for each other there."""
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def settings_here() -> Settings:
    """The settings; a wrong one ends the command with the sentence that says which."""
    try:
        return load_settings(os.environ)
    except FairwayError as error:
        raise click.ClickException(str(error)) from error


def models_folder(settings: Settings) -> Path:
    """Where trained models and ``live.json`` are kept."""
    return settings.home / "models"


def fairway_environment() -> dict[str, str]:
    """The environment of ``fairway serve`` when we start it: ours, and where the code is."""
    return {ONE_ARENA: "1", **os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def rasa_environment() -> dict[str, str]:
    """The environment of everything run with Rasa's Python: quiet, and no telemetry."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return (
        {ONE_ARENA: "1"}
        | kept
        | {
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
        }
    )


def need_rasa_python() -> str:
    """Rasa's Python; when it is missing the command ends with what to run."""
    if not RASA_PYTHON.exists():
        raise click.ClickException("Rasa's environment is missing. Run: make setup")
    return str(RASA_PYTHON)
