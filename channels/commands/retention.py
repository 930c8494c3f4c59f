"""``fairway retention``: clear up what is over; look first; hold what must stay."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import sqlalchemy as sa

from bot.staff import LogEntry
from bot.stores.staff_sql import SqlStaffStore
from channels.commands.database_here import database_here
from channels.privacy import places_of
from channels.privacy import retention as rules
from channels.privacy.schedule import load_schedule


@click.group(invoke_without_command=True)
@click.option("--preview", is_flag=True, help="Only say what would go; change nothing.")
@click.pass_context
def retention(context: click.Context, preview: bool) -> None:
    """Let go of what bot/retention.yml (or FAIRWAY_RETENTION) says is over.

    Fairway does it once a day by itself unless the schedule says not to. Open cases and held
    conversations stay.

    \b
    Examples:
      fairway retention --preview
      fairway retention hold CONVERSATION --by jones --reason "A complaint, ref. 123"
      fairway retention release CONVERSATION --by jones
      fairway retention holds
    """
    if context.invoked_subcommand is not None:
        return
    with database_here() as (settings, engine):
        schedule = load_schedule(settings.retention_file)
        act = rules.preview if preview else rules.clear_up
        now = datetime.now(UTC)
        due = act(places_of(settings, engine), settings.home / "logs", schedule, now)
    click.echo(f"Schedule {schedule.version}. " + ("Would go:" if preview else "Gone:"))
    for name, count in due.as_json().items():
        click.echo(f"  {name.replace('_', ' ')}\t{count}")


@retention.command("hold")
@click.argument("conversation")
@click.option("--by", required=True, help="Who holds it.")
@click.option("--reason", required=True, help="Why; without a citizen's name.")
def hold_(conversation: str, by: str, reason: str) -> None:
    """Keep CONVERSATION whatever the schedule says.

    \b
    Example:
      fairway retention hold 3f2a… --by jones --reason "Ombudsman, ref. 123"
    """
    with database_here() as (_, engine):
        rules.hold(engine, rules.Hold(conversation, datetime.now(UTC), by, reason))
        _note(engine, by, "held", conversation)
    click.echo(f"{conversation} is held.")


@retention.command("release")
@click.argument("conversation")
@click.option("--by", required=True, help="Who releases it.")
def release_(conversation: str, by: str) -> None:
    """Leave CONVERSATION to the schedule again.

    \b
    Example:
      fairway retention release 3f2a… --by jones
    """
    with database_here() as (_, engine):
        if not rules.release(engine, conversation):
            raise click.ClickException(f"{conversation} is not held.")
        _note(engine, by, "released", conversation)
    click.echo(f"{conversation} is released.")


@retention.command("holds")
def holds_() -> None:
    """What is held, since when, by whom and why.

    \b
    Example:
      fairway retention holds
    """
    with database_here() as (_, engine):
        for held in rules.holds(engine):
            row = (held.conversation_id, f"{held.since:%Y-%m-%d}", held.by, held.reason)
            click.echo("\t".join(row))


def _note(engine: sa.Engine, by: str, action: str, subject: str) -> None:
    with SqlStaffStore(engine).begin() as work:
        work.staff_log.write(LogEntry(datetime.now(UTC), by, action, subject))
        work.commit()
