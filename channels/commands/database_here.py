"""The database that a command works on, brought up to date first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from bot.errors import FairwayError
from bot.stores.engine import migrate
from channels.commands.here import settings_here
from channels.database import open_database
from channels.settings import Settings


@contextmanager
def database_here() -> Iterator[tuple[Settings, sa.Engine]]:
    """The settings and an engine, closed afterwards. An error of ours inside the ``with`` block
    ends the command with its sentence."""
    settings = settings_here()
    try:
        migrate(settings.database_url)
        engine = open_database(settings)
        try:
            yield settings, engine
        finally:
            engine.dispose()
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
