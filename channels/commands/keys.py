"""``fairway keys``: the keys that seal contact details."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from bot.stores.reseal import held_with
from channels.commands.database_here import database_here
from channels.contact_keys import SOON, KeyInUse, add_key, drop_key, read_keys
from channels.privacy import places_of
from channels.privacy.sealer import seal_all


@click.group()
def keys() -> None:
    """The keys that seal phone numbers, contact details and answers in the database.

    They are in HOME/contact_keys.json. Keep a copy with the copy of the database, but not in the
    same place: without them contact details cannot be read.

    To change the key while everything runs: add one; ten minutes later it seals what is new, and
    within the hour everything else; then drop the old one.

    \b
    Examples:
      fairway keys add          # from ten minutes later on it seals what is new
      fairway keys seal         # afterwards: everything else, too (done by itself every hour)
      fairway keys drop OLD     # when nothing is sealed with it any more
    """


@keys.command("list")
def list_() -> None:
    """Every key, from when it seals and how much is sealed with it."""
    with database_here() as (settings, engine):
        held = held_with(engine)
        for one in read_keys(settings.contact_keys):
            click.echo(f"{one.key.id}\tfrom {one.starts:%Y-%m-%d %H:%M} UTC\t{held[one.key.id]}")
            del held[one.key.id]
        for key_id, count in sorted(held.items()):
            where = "this key is not here" if key_id else "sealed at the next round"
            click.echo(f"{key_id or 'not sealed'}\t{where}\t{count}")


@keys.command()
@click.option(
    "--minutes", default=int(SOON.total_seconds()) // 60, show_default=True,
    type=click.IntRange(0), help="Until it seals: until every process has seen the file.",
)  # fmt: skip
def add(minutes: int) -> None:
    """Make a key; it seals from a few minutes later on."""
    with database_here() as (settings, _):
        key_id = add_key(settings.contact_keys, datetime.now(UTC) + timedelta(minutes=minutes))
    click.echo(key_id)


@keys.command()
def seal() -> None:
    """Seal everything with the newest key now, while people talk."""
    with database_here() as (settings, engine):
        done = seal_all(places_of(settings, engine))
    click.echo(f"Sealed: {done.sealed}.")
    if done.unreadable:
        raise click.ClickException(
            f"{done.unreadable} cannot be opened: `fairway keys list` says which key is missing."
        )


@keys.command()
@click.argument("key_id")
def drop(key_id: str) -> None:
    """Forget a key that nothing is sealed with any more."""
    with database_here() as (settings, engine):
        if held_with(engine)[key_id]:
            raise KeyInUse
        drop_key(settings.contact_keys, key_id)
    click.echo(f"Dropped: {key_id}.")
