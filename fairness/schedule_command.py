"""``fairway audit-due``: the scheduled report, made once if it is due."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from fairness.errors import AuditError
from fairness.schedule import Plan, run_if_due


@click.command("audit-due")
@click.pass_context
def audit_due(context: click.Context) -> None:
    """Make the scheduled bias report if it is due, and say what has got worse.

    Fairway does this by itself every hour. FAIRWAY_AUDIT_DAYS says how many days one report
    covers (0: none is made), FAIRWAY_AUDIT_GROUPS what is compared. The report is at /audit.
    Exit status: 0 nothing due or nothing worse, 1 it could not be made, 3 something wants eyes.

    \b
    Example:
      fairway audit-due || echo "look at /audit"
    """
    plan: Plan = context.obj.audit_plan()
    try:
        made = run_if_due(plan, datetime.now(UTC))
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    if made is None:
        click.echo("No report is due.")
        return
    click.echo(f"Made {made.id}.")
    for line in made.alerts:
        click.echo(line)
    if made.alerts:
        context.exit(3)
