"""``fairway benchmark-nlu``: our understanding beside Rasa's default one."""

from __future__ import annotations

import subprocess

import click

from channels.commands.here import need_rasa_python, rasa_environment
from channels.settings import ROOT

_FILE = click.Path(exists=True, dir_okay=False, resolve_path=True)


@click.command("benchmark-nlu")
@click.option("--train", type=_FILE, required=True, help="CSV with the columns text,label.")
@click.option("--test", type=_FILE, required=True, help="CSV with the columns text,label.")
@click.option("--oos", is_flag=False, flag_value="oos", metavar="[LABEL|FILE]",
              help="Out-of-scope: rows with this label (oos), or one more CSV.")  # fmt: skip
@click.option("--json", "out", type=click.Path(dir_okay=False, resolve_path=True),
              required=True, help="Where the figures go.")  # fmt: skip
@click.option("--only", type=click.Choice(["fairway", "rasa_default"]),
              help="Measure this one alone; what the JSON holds of the other stays.")  # fmt: skip
@click.option("--write", metavar="NAME", help="Write the table into docs/performance.md, between "
              "the marks of this name.")  # fmt: skip
def benchmark_nlu(
    train: str, test: str, oos: str | None, out: str, only: str | None, write: str | None
) -> None:
    """Train and score our pipeline and Rasa's default one (DIET) on the same table.

    Prints and writes accuracy with its 95 % interval, macro-F1, milliseconds a message (p50, p95),
    training seconds and peak memory. Rasa's takes minutes to hours on large tables.

    \b
    Example:
      fairway benchmark-nlu --train train.csv --test test.csv --oos oos.csv --json out.json
    """
    command = [need_rasa_python(), "-m", "nlu.benchmark", "--train", train, "--test", test]
    command += [
        "--json",
        out,
        *(["--oos", oos] if oos else []),
        *(["--system", only] if only else []),
        *(["--write", write] if write else []),
    ]
    environment = rasa_environment() | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise click.ClickException(f"It ended with exit code {done.returncode}; see above.")
