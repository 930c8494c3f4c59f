"""``fairway switch``: switch the assistant, a medium or a service off and on again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import click
import sqlalchemy as sa

from bot.files.cards import load_cards
from bot.staff import LogEntry
from bot.stores.staff_sql import SqlStaffStore
from bot.stores.switches import SqlSwitches
from bot.switches import APPROVAL, Off, check_name
from channels.commands.database_here import database_here
from channels.settings import ROOT


@dataclass(frozen=True)
class _Desk:
    engine: sa.Engine
    switches: SqlSwitches

    def note(self, by: str, action: str, name: str, **detail: str) -> None:
        """Into the staff log: whoever switches answers for it."""
        with SqlStaffStore(self.engine).begin() as work:
            work.staff_log.write(LogEntry(datetime.now(UTC), by, action, name, detail))
            work.commit()


@click.group()
def switch() -> None:
    """Switch the assistant, a medium or a service off and on again.

    NAME is assistant, web, sms, or service:ID with the id of a service card. What is off goes to
    a person; danger is answered whatever is off. It holds within two seconds and is written into
    the staff log.

    \b
    Examples:
      fairway switch off service:pothole --by jones --reason "The street system is moving"
      fairway switch on service:pothole --by jones
      fairway switch list
    """


@switch.command("off")
@click.argument("name")
@click.option("--by", required=True, help="Who switches it off.")
@click.option("--reason", required=True, help="Why; kept in the staff log.")
def off_(name: str, by: str, reason: str) -> None:
    """Switch NAME off.

    \b
    Example:
      fairway switch off assistant --by jones --reason "It told people a wrong date"
    """
    with _desk() as desk:
        known = check_name(name, load_cards(ROOT / "bot" / "services"))
        if not desk.switches.switch_off(Off(known, datetime.now(UTC), by, reason)):
            click.echo(f"{known} was off already.")
            return
        desk.note(by, "switched_off", known, reason=reason)
    click.echo(f"{known} is off. On again with: fairway switch on {known} --by {by}")


@switch.command("on")
@click.argument("name")
@click.option("--by", required=True, help="Who switches it on.")
def on_(name: str, by: str) -> None:
    """Switch NAME on again.

    \b
    Example:
      fairway switch on sms --by jones
    """
    with _desk() as desk:
        known = name.strip().lower()
        if not desk.switches.switch_on(known):
            click.echo(f"{known} is not off.")
            return
        desk.note(by, "switched_on", known)
    click.echo(f"{known} is on.")


@switch.command("list")
def list_() -> None:
    """What is off, since when, by whom and why.

    \b
    Example:
      fairway switch list
    """
    with _desk() as desk:
        found = [off for off in desk.switches.all_off() if not off.name.startswith(APPROVAL)]
    for off in found:
        click.echo(f"{off.name}\t{off.since:%Y-%m-%d %H:%M} UTC\t{off.by}\t{off.reason}")
    if not found:
        click.echo("Nothing is switched off.")


@contextmanager
def _desk() -> Iterator[_Desk]:
    with database_here() as (_, engine):
        yield _Desk(engine, SqlSwitches(engine))
