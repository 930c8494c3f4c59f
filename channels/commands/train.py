"""``fairway train``: train the model when its inputs changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from bot.errors import FairwayError
from bot.files.live_model import ModelTampered, live_model
from channels.commands.here import models_folder, need_rasa_python, rasa_environment, settings_here
from channels.settings import ROOT, Settings


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
def train(force: bool) -> None:
    """Train the model if cards, phrases or NLU settings changed since the last time.

    \b
    Example:
      fairway train --force
    """
    train_model(settings_here(), force)


def train_model(settings: Settings, force: bool = False) -> None:
    """Bring ``models/live.json`` up to its inputs; raises ClickException if training fails."""
    models = models_folder(settings)
    models.mkdir(parents=True, exist_ok=True)
    if not force:
        _refuse_tampered(models)
    command = [need_rasa_python(), "-m", "nlu.train", "--models", str(models)]
    done = subprocess.run(
        [*command, *(["--force"] if force else [])],
        cwd=ROOT,
        env=rasa_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # for programs; what people read is on the other stream
        check=False,
    )
    if done.returncode != 0:
        raise click.ClickException(
            f"Training ended with exit code {done.returncode}. The lines above say why. "
            "A broken card or phrase file is named with its line."
        )


def _refuse_tampered(models: Path) -> None:
    """A changed model is not quietly replaced: somebody should ask who changed it."""
    try:
        live_model(models)
    except ModelTampered as error:
        raise click.ClickException(str(error)) from error
    except FairwayError:
        return  # none yet, or a broken file: training makes a new one
