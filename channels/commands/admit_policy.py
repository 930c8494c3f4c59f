"""``fairway admit-policy``: ask the audit whether the changed routing policy may go live."""

from __future__ import annotations

from importlib import import_module

import click

from bot.errors import FairwayError
from channels.commands.here import settings_here


@click.command("admit-policy")
@click.option("--override-gate", metavar="REASON", help="Let the policy live in spite of the gate.")
@click.option("--by", metavar="NAME", help="Who overrules the gate; kept with the reason.")
@click.pass_context
def admit_policy(context: click.Context, override_gate: str | None, by: str | None) -> None:
    """Ask the audit whether bot/routing_policy.yml may go live, and let it in if so.

    The same is asked at every start: a policy that would send people of the stated district to
    digital who need a person, where the live one does not, is kept out and the live one stays. So
    is one that takes anybody nearer to digital for what they need or tell us.
    Exit status: 0 it is live, 3 it is kept out. Restart Fairway for it to take effect.

    \b
    Example:
      fairway admit-policy
      fairway admit-policy --override-gate "tried with users in May" --by "A. Lead"
    """
    if bool(override_gate) != bool(by):
        raise click.UsageError("--override-gate REASON and --by NAME go together.")
    overruled = {"reason": override_gate, "by": by} if override_gate and by else None
    try:
        found = import_module("channels.gates").admitted_policy(settings_here(), overruled)
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    if found.reasons:
        click.echo("\n".join(found.reasons))
        click.echo(f"It is kept out; policy {found.policy.version} stays live.", err=True)
        context.exit(3)
    click.echo(f"Policy {found.policy.version} is live.")
