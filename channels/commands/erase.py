"""``fairway erase``: erase conversations, or all of a phone number, from every place."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import sqlalchemy as sa

from bot.errors import FairwayError
from bot.staff import LogEntry
from bot.stores import schema as t
from bot.stores.engine import migrate
from bot.stores.staff_sql import SqlStaffStore
from channels.commands.here import settings_here
from channels.database import open_database
from channels.privacy import Kept, places_of
from channels.privacy import erase as erase_everywhere
from channels.privacy.by_number import left_in, texted_from
from channels.sms.numbers import clean_number

NAMED, TEXTED, LEFT = "named", "texted from that number", "that number was left there"
WHY_KEPT = {
    Kept.HOLD: "it is held; fairway retention lists why. Release it first.",
    Kept.DANGER: "somebody's safety is at stake, and its case is open or to be looked at again. "
    "Close it, or look at it again, first.",
}


@click.command()
@click.argument("conversations", nargs=-1)
@click.option("--number", help="All conversations of this phone number, and where it was left.")
@click.option("--by", required=True, help="Who erases; kept in the staff log.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase(conversations: tuple[str, ...], number: str | None, by: str, yes: bool) -> None:
    """Erase CONVERSATIONS, or all of a phone number, for good.

    Of a phone number are those texted from it, and those on the web in which it was left as a
    contact. Look at these first: whoever left it may be somebody else.

    From Fairway's database, Rasa's, the outbox, the equality answers kept apart; the data platform
    is told to do the same. A number's STOP is kept, or it would be texted again. Cases that the
    council's own systems opened are theirs to erase. What is held (fairway retention) is kept, and
    what has an open case about somebody's safety; each is named, and the command ends with 1.

    \b
    Example:
      fairway erase --number 07700900123 --by jones
    """
    settings = settings_here()
    try:
        migrate(settings.database_url)
        engine = open_database(settings)
        found = _known(engine, conversations, clean_number(number) if number else None)
        if not found:
            raise click.ClickException("There is no such conversation.")
        for one, how in found.items():
            click.echo(f"{one}: {how}")
        if not yes:
            click.confirm(f"Erase {len(found)} conversation(s) for good?", abort=True)
        kept = erase_everywhere(places_of(settings, engine), list(found))
        with SqlStaffStore(engine).begin() as work:
            now, detail = datetime.now(UTC), {"conversations": len(found) - len(kept)}
            work.staff_log.write(LogEntry(now, by, "erased", "", detail))
            for one, why in kept.items():
                work.staff_log.write(LogEntry(now, by, "erasure_kept", one, {"why": why.value}))
            work.commit()
        engine.dispose()
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Erased: {len(found) - len(kept)}.")
    for one, why in kept.items():
        click.echo(f"Kept: {one}: {WHY_KEPT[why]}")
    if kept:
        raise click.exceptions.Exit(1)


def _known(engine: sa.Engine, ids: tuple[str, ...], number: str | None) -> dict[str, str]:
    """The conversations that are meant and exist, and how each was found."""
    c = t.conversations.c
    with engine.connect() as db:
        found = dict.fromkeys(db.execute(sa.select(c.id).where(c.id.in_(ids))).scalars(), NAMED)
        if number:
            found = dict.fromkeys(sorted(texted_from(db, number)), TEXTED) | found
            found = dict.fromkeys(sorted(left_in(db, number)), LEFT) | found
        db.rollback()
    return found
