"""``fairway export`` and ``fairway import``: everything out in open formats, and in elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import click
import sqlalchemy as sa

from channels.commands.database_here import database_here
from channels.portable import read_in, write_out
from channels.web.own_data import own_data


@click.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="An empty folder.",
)
@click.option("--with-secrets", is_flag=True, help="Also the secrets: keep the folder safe.")
@click.option("--conversation", metavar="ID", help="Only what is held about one conversation.")
@click.option("--with-notes", is_flag=True, help="With --conversation: also colleagues' notes.")
def export_(out: Path, with_secrets: bool, conversation: str | None, with_notes: bool) -> None:
    """Write everything Fairway holds into a folder: JSON Lines, files, and a list of hashes.

    It may run meanwhile: the tables are of one moment. `fairway import` reads it in elsewhere, on
    SQLite or PostgreSQL. With --conversation, what is held about one citizen, as one JSON file.
    Read it through before you hand over --with-notes: notes can name other people. Of a chat in
    which somebody's safety was at stake there are none in it.

    \b
    Example:
      fairway export --out /safe/place/fairway-2026-11-29
    """
    with database_here() as (settings, engine):
        if conversation:
            _export_one(engine, conversation, out, with_notes)
            return
        manifest = write_out(settings, engine, out, with_secrets)
    rows = sum(held["rows"] for held in manifest["tables"].values())
    click.echo(f"{rows} rows of {len(manifest['tables'])} tables, {len(manifest['files'])} files.")
    if not with_secrets:
        click.echo("Without secrets: chats that are open now end where this is read in.")


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def import_(folder: Path) -> None:
    """Read an export into this Fairway, whose database must be empty, and check every byte.

    So a council moves from SQLite to PostgreSQL, or to another supplier's machine.

    \b
    Example:
      FAIRWAY_DATABASE_URL=postgresql+psycopg://HOST/fairway fairway import FOLDER
    """
    with database_here() as (settings, engine):
        manifest = read_in(settings, engine, folder)
    rows = sum(held["rows"] for held in manifest["tables"].values())
    click.echo(f"{rows} rows read in; read back, every table is the same.")


def _export_one(engine: sa.Engine, conversation_id: str, out: Path, with_notes: bool) -> None:
    try:
        held = own_data(engine, conversation_id, with_notes=with_notes)
    except sa.exc.NoResultFound as error:
        raise click.ClickException(f"There is no conversation {conversation_id}.") from error
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / f"{conversation_id}.json"
    path.write_text(json.dumps(held, indent=1, ensure_ascii=False), "utf-8")
    click.echo(str(path))
