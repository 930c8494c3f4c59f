"""``fairway prepare``: what must be there before servers start, for containers."""

from __future__ import annotations

import click

from bot.errors import FairwayError
from bot.stores.engine import migrate
from channels.commands.here import settings_here
from channels.commands.rasa_files import write_rasa_files


@click.command()
def prepare() -> None:
    """Make the secrets, bring the database up to date, write what Rasa is started with.

    `fairway up` does this by itself; containers run it once, before their servers.

    \b
    Example:
      FAIRWAY_HOME=/data fairway prepare
    """
    settings = settings_here()
    try:
        migrate(settings.database_url)
        folder = write_rasa_files(settings)
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Prepared. Rasa's files are in {folder}.")
