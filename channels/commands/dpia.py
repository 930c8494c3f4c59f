"""``fairway dpia``: a data protection impact assessment, filled in from settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bot.errors import FairwayError
from bot.files.council import load_council
from bot.stores.engine import migrate
from channels.commands.here import settings_here
from channels.database import open_database
from channels.privacy.dpia import write_dpia
from channels.privacy.retention import holds
from channels.privacy.schedule import load_schedule


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A Markdown file."
)
def dpia(out: Path) -> None:
    """Write a data protection impact assessment, filled in as far as settings tell.

    What only the council can say is marked [to answer]. Write it anew when settings change.

    \b
    Example:
      fairway dpia --out dpia.md
    """
    settings = settings_here()
    try:
        migrate(settings.database_url)
        engine = open_database(settings)
        held = len(holds(engine))
        engine.dispose()
        schedule = load_schedule(settings.retention_file)
        council = load_council(settings.council_file)
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    out.write_text(write_dpia(settings, council, schedule, held, date.today()), "utf-8")
    click.echo(str(out))
