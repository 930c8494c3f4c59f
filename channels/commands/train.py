"""``fairway train``: train the model when its inputs changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from bot.errors import FairwayError
from bot.files.live_model import ModelTampered, live_model
from channels.commands.child import in_child
from channels.commands.here import models_folder, need_rasa_python, rasa_environment, settings_here
from channels.model_shelf import CANDIDATE, let_candidate_live
from channels.settings import OWN_PHRASES, ROOT, Settings
from channels.supervisor import run_to_its_end


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
@click.option("--override-gate", metavar="REASON", help="Let the model live in spite of the gate.")
@click.option("--by", metavar="NAME", help="Who overrules the gate; kept with the reason.")
def train(force: bool, override_gate: str | None, by: str | None) -> None:
    """Train the model if cards, phrases or NLU settings changed since the last time.

    A new model is tried on the evaluation sets first: if a group of people falls below
    nlu/floors.yml, or the audit finds that one is understood worse than by the live model, it
    does not go live, and the reasons are printed.

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
    (models / CANDIDATE).unlink(missing_ok=True)  # of a training that was broken off
    if not force:
        _refuse_tampered(models)
    command = [need_rasa_python(), "-m", "nlu.train", "--models", str(models), "--hold"]
    command += ["--own", str(settings.home / OWN_PHRASES)]
    command += [*(["--force"] if force else []), *more]
    code = run_to_its_end(command, ROOT, rasa_environment())  # what people read is on stderr
    if code != 0:
        raise click.ClickException(
            f"Training ended with exit code {code}. The lines above say why. "
            "A broken card or phrase file is named with its line."
        )
    if (models / CANDIDATE).is_file():
        _activate(models, overruled=bool(more))


def _activate(models: Path, *, overruled: bool) -> None:
    """Let the candidate live if the audit says so, or somebody has overruled it."""
    # In a child: the audit's libraries would stay in the memory of whoever keeps running.
    reasons, nothing = json.loads(in_child(lambda: _why_not(models)))
    if nothing:
        click.echo(f"  the audit: nothing was compared: {nothing}", err=True)
    for reason in reasons:
        click.echo(f"  the audit: {reason}", err=True)
    let_candidate_live(models, reasons, overruled=overruled, not_compared=nothing)
    if reasons and not overruled:
        raise click.ClickException(
            "The audit finds that some people would be understood worse, so the live model stays. "
            "Mend the phrases and train again, or: fairway train --force --override-gate REASON "
            "--by NAME"
        )


def _why_not(models: Path) -> str:
    """The audit's reasons, and why it had nothing to compare (nothing: it had), as JSON."""
    gates = import_module("channels.gates")
    return json.dumps([gates.why_not_candidate(models), gates.candidate_not_compared(models)])


def _refuse_tampered(models: Path) -> None:
    """A changed model is not quietly replaced: somebody should ask who changed it."""
    try:
        live_model(models)
    except ModelTampered as error:
        raise click.ClickException(str(error)) from error
    except FairwayError:
        return  # none yet, or a broken file: training makes a new one
