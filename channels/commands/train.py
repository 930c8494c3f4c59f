"""``fairway train``: train the model when its inputs changed."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from bot.errors import FairwayError
from bot.files.live_model import ModelTampered, live_model
from channels.commands.here import models_folder, need_rasa_python, rasa_environment, settings_here
from channels.settings import ROOT, Settings


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
@click.option("--override-gate", metavar="REASON", help="Let the model live in spite of the gate.")
@click.option("--by", metavar="NAME", help="Who overrules the gate; kept with the reason.")
def train(force: bool, override_gate: str | None, by: str | None) -> None:
    """Train the model if cards, phrases or NLU settings changed since the last time.

    A new model is tried on the evaluation sets first: if a group of people would be understood
    worse (nlu/floors.yml), it does not go live, and the reasons are printed.

    \b
    Example:
      fairway train --force
    """
    if bool(override_gate) != bool(by):
        raise click.UsageError("--override-gate REASON and --by NAME go together.")
    overruled = ["--override-gate", override_gate, "--by", by] if override_gate and by else []
    train_model(settings_here(), force, overruled)


def train_model(settings: Settings, force: bool = False, more: Sequence[str] = ()) -> None:
    """Bring ``models/live.json`` up to its inputs; raises ClickException if training fails."""
    models = models_folder(settings)
    models.mkdir(parents=True, exist_ok=True)
    if not force:
        _refuse_tampered(models)
    command = [need_rasa_python(), "-m", "nlu.train", "--models", str(models)]
    done = subprocess.run(
        [*command, *(["--force"] if force else []), *more],
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
