"""``fairway policy``: check the council's routing policy, and try a new one before it is used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from bot.errors import FairwayError
from bot.files.policy import load_policy
from bot.policy_try import replay
from bot.stores.engine import open_engine
from bot.turn_record import TurnRecord
from channels.commands.here import settings_here
from channels.policy_shelf import live_policy, read_text
from channels.product_files import read_files
from channels.turn_rows import records_since

if TYPE_CHECKING:
    from channels.manager.policy_trial import Trial


@click.group()
def policy() -> None:
    """The rules by which citizens are routed: bot/routing_policy.yml.

    \b
    Example:
      fairway policy try new_policy.yml
    """


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Read FILE and prove that it keeps the safeguards, or show a citizen it would fail.

    \b
    Example:
      fairway policy check new_policy.yml
    """
    try:
        found = load_policy(file)
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Policy {found.version} is well formed and keeps the safeguards.")


@policy.command("try")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--days",
    type=click.IntRange(1, 36500),
    default=31,
    show_default=True,
    help="How far back to look.",
)
def try_(file: Path, days: int) -> None:
    """Say how many of the last month's conversations FILE would route differently, and whose.

    Nothing is changed. Numbers are rounded; small ones, and those that would give one away, are
    not shown.

    \b
    Example:
      fairway policy try new_policy.yml --days 90
    """
    settings = settings_here()
    try:
        files, new = read_files(settings.council_file), load_policy(file)
        records = list(_records(settings.database_url, datetime.now(UTC) - timedelta(days=days)))
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    except sa.exc.SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        raise click.ClickException(
            f"The database cannot be read ({why}). Run: fairway doctor"
        ) from error
    live = live_policy(settings.home)
    now = read_text(settings.home, live.text) if live else files.policy
    found = replay(records, files.cards, now, new)
    click.echo(f"Policy {new.version} instead of {now.version}, last {days} days:")
    # Imported here: the manager's pages and the audit are not for ``--help`` and ``check``.
    trial_of = import_module("channels.manager.policy_trial").trial_of
    for line in _lines(trial_of(found, import_module("channels.gates").published)):
        click.echo(line)


def _records(url: str, since: datetime) -> Iterator[TurnRecord]:
    with open_engine(url).connect() as connection:
        yield from records_since(connection, since)


def _lines(found: Trial) -> Iterator[str]:
    if found.conversations is None or found.changed is None:
        yield "  How many conversations differ is not shown: they are too few."
    else:
        yield f"  {found.changed} of {found.conversations} conversations differ"
    for (before, after), count in sorted(found.moves.items()):
        yield f"  {before} → {after}: {'not shown' if count is None else count}"
    for (what, which), (held, moved) in sorted(found.groups.items()):
        yield f"  {what} {which}: {moved / held:.0%} of {held}"
