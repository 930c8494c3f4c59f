"""``fairway staff-log``: note down where the log ends, and check that nobody has touched it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.staff_log import Head
from bot.stores.engine import migrate
from bot.stores.staff_sql import SqlStaffStore
from channels.commands.here import settings_here
from channels.database import open_database
from channels.desk.staff_log import faults_in


@click.group("staff-log")
def staff_log() -> None:
    """Show where the log of staff ends, and find out whether it was tampered with.

    \b
    Example:
      fairway staff-log head >> /somewhere/else/heads.jsonl
      fairway staff-log verify --heads /somewhere/else/heads.jsonl
    """


@staff_log.command()
def head() -> None:
    """Print the end of the chain as one line of JSON. Keep it where Fairway cannot write.

    \b
    Example:
      fairway staff-log head >> /somewhere/else/heads.jsonl
    """
    with _store().begin() as work:
        end = work.staff_log.head()
    click.echo(json.dumps({"place": end.place, "seal": end.seal}))


@staff_log.command()
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Heads kept elsewhere, one a line.",
)
def verify(heads: Path | None) -> None:
    """Check every entry, and the whole against heads that were kept elsewhere.

    \b
    Example:
      fairway staff-log verify --heads /somewhere/else/heads.jsonl
    """
    kept = _read_heads(heads) if heads else []
    faults = faults_in(_store(), kept)
    for fault in faults:
        click.echo(fault.problem)
    if faults:
        raise click.ClickException("The log is not as it was written.")
    against = f", and agrees with {len(kept)} kept heads" if kept else ""
    click.echo(f"The log holds from its first entry to its last{against}.")


def _read_heads(path: Path) -> list[Head]:
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return [Head(int(one["place"]), str(one["seal"])) for one in lines]
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is not what `fairway staff-log head` prints."
        raise click.ClickException(message) from error


def _store() -> SqlStaffStore:
    settings = settings_here()
    migrate(settings.database_url)
    return SqlStaffStore(open_database(settings))
