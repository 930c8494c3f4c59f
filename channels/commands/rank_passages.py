"""Ask Rasa's environment which passages are near some questions, without servers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from channels.commands.here import models_folder, need_rasa_python, rasa_environment, settings_here
from channels.settings import ROOT


def rank_passages(
    folder: Path, asked: Sequence[Mapping[str, str | int | None]]
) -> list[dict[str, float]]:
    """For each question ``{"ask", "lang", "lgsl"}`` the cosines of the nearest passages of pages in
    ``folder``, by their keys. Ends the command where there is no trained model."""
    with TemporaryDirectory(prefix="fairway-pages-") as held:
        source, out = Path(held) / "asked.jsonl", Path(held) / "near.jsonl"
        source.write_text("".join(f"{json.dumps(one)}\n" for one in asked), "utf-8")
        command = [need_rasa_python(), "-m", "nlu.rank_passages"]
        command += ["--models", str(models_folder(settings_here())), "--pages", str(folder)]
        done = subprocess.run(
            [*command, "--in", str(source), "--out", str(out)],
            env=rasa_environment() | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            raise click.ClickException("The passages could not be ranked; see above.")
        return [json.loads(line) for line in out.read_text("utf-8").splitlines()]
