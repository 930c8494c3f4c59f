"""``fairway parse``: what the trained model makes of many messages, without servers."""

from __future__ import annotations

import subprocess

import click

from channels.commands.here import models_folder, need_rasa_python, rasa_environment, settings_here
from channels.settings import ROOT


@click.command()
@click.option("--in", "source", type=click.Path(exists=True, dir_okay=False), required=True,
              help='JSON lines, each {"text": …, "lang": optional}.')  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="JSON lines to write.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes to share the work.")  # fmt: skip
def parse(source: str, out: str, jobs: int) -> None:
    """Run messages through safety and the trained model; no servers needed.

    Every output line keeps the input's fields and adds language, service, lgsl, intent,
    confidence, candidates, kind, crisis, fallback and ms.

    \b
    Example:
      fairway parse --in messages.jsonl --out understood.jsonl --jobs 2
    """
    models = models_folder(settings_here())
    command = [need_rasa_python(), "-m", "nlu.parse", "--models", str(models)]
    done = subprocess.run(
        [*command, "--in", source, "--out", out, "--jobs", str(jobs)],
        env=rasa_environment() | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise click.ClickException(f"Parsing ended with exit code {done.returncode}; see above.")
