"""``fairway train``: train the model when its inputs changed."""

from __future__ import annotations

import subprocess

import click

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
    command = [need_rasa_python(), "-m", "nlu.train", "--models", str(models)]
    done = subprocess.run(
        [*command, *(["--force"] if force else [])],
        cwd=ROOT,
        env=rasa_environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise click.ClickException(
            f"Training ended with exit code {done.returncode}. The lines above say why. "
            "A broken card or phrase file is named with its line."
        )
