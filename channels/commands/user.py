"""``fairway user``: staff accounts, from the command line of the machine Fairway runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from bot.staff import Role, Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.auth import accounts
from channels.commands.database_here import database_here
from channels.database import open_database
from channels.settings import Settings


@click.group()
def user() -> None:
    """Add and list staff, and give them links to sign in.

    \b
    Example:
      fairway user add jones --name "Sam Jones" --role agent --team highways
    """


@user.command()
@click.argument("username")
@click.option("--name", help="The name citizens see; default: the user name.")
@click.option("--role", "roles", multiple=True, default=["agent"], show_default=True,
              type=click.Choice([role.value for role in Role]),
              help="Can be given again.")  # fmt: skip
@click.option("--team", "teams", multiple=True, help="A contact-centre team. Can be given again.")
def add(username: str, name: str | None, roles: tuple[str, ...], teams: tuple[str, ...]) -> None:
    """Add an account and print a one-time link to choose its password.

    \b
    Example:
      fairway user add jones --name "Sam Jones" --role agent --team highways
    """
    with _accounts() as (settings, store):
        made = accounts.add_user(store, username, name or username, roles, teams)
        _show(accounts.sign_in_link(store, made.username, settings.public_url))


@user.command("set")
@click.argument("username")
@click.option("--team", "teams", multiple=True, help="Can be given again; * for every team.")
@click.option("--skill", "skills", multiple=True, help="bsl, safeguarding … Can be given again.")
@click.option("--language", "languages", multiple=True, help="A code such as cy. Again for more.")
@click.option("--capacity", type=click.IntRange(1, 20), help="Open cases at once.")
def set_(
    username: str,
    teams: tuple[str, ...],
    skills: tuple[str, ...],
    languages: tuple[str, ...],
    capacity: int | None,
) -> None:
    """Say what someone at the desk can do. What is not given stays as it is.

    \b
    Example:
      fairway user set jones --skill bsl --language en --language cy --capacity 3
    """
    with _accounts() as (_, store):
        click.echo(
            _row(accounts.set_abilities(store, username, teams, skills, languages, capacity))
        )


@user.command("list")
def list_() -> None:
    """List every account with its roles and teams.

    \b
    Example:
      fairway user list
    """
    with _accounts() as (_, store):
        for staff in accounts.list_users(store):
            click.echo(_row(staff))


@user.command()
@click.argument("username")
def link(username: str) -> None:
    """Print a one-time link to sign in; earlier links stop working.

    \b
    Example:
      fairway user link jones
    """
    _give_link(accounts.sign_in_link, username)


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="What the token is for; to drop it again.")
@click.option("--drop", is_flag=True, help="End the token of this name.")
def token(username: str, name: str, drop: bool) -> None:
    """Print a token of the desk's JSON API that acts as a user (docs/desk-api.md).

    It is shown once. Whoever has it may do what the user may do at the desk.

    \b
    Example:
      fairway user token platform --name "contact centre"
    """
    with _accounts() as (_, store):
        if not drop:
            click.echo(accounts.new_api_token(store, username, name))
        elif accounts.drop_api_token(store, username, name):
            click.echo(f"The token {name} is dropped.")
        else:
            raise click.ClickException(f"{username} has no token {name}.")


@user.command()
@click.argument("username")
def reset(username: str) -> None:
    """Forget a password, sign its owner out everywhere, print a link for a new one.

    Their API tokens end too.

    \b
    Example:
      fairway user reset jones
    """
    _give_link(accounts.reset_user, username)


@user.command()
@click.argument("username")
@click.option("--on", "active", is_flag=True, help="Let the user sign in again.")
def off(username: str, active: bool) -> None:
    """Switch an account off: its owner is signed out at once and their API tokens end.

    \b
    Example:
      fairway user off jones
    """
    with _accounts() as (_, store):
        click.echo(_row(accounts.switch_user(store, username, active=active)))


def first_sign_in_link(settings: Settings) -> str | None:
    """A one-time link to sign in to the desk, until somebody has chosen a password."""
    return accounts.first_sign_in_link(open_database(settings), settings.public_url)


@contextmanager
def _accounts() -> Iterator[tuple[Settings, SqlStaffStore]]:
    with database_here() as (settings, engine):
        yield settings, SqlStaffStore(engine)


def _give_link(make: Callable[[SqlStaffStore, str, str], accounts.NewLink], username: str) -> None:
    with _accounts() as (settings, store):
        _show(make(store, username, settings.public_url))


def _show(made: accounts.NewLink) -> None:
    click.echo(made.url)
    click.echo(f"It works once, until {made.expires_at:%d %B %Y %H:%M} UTC.", err=True)


def _row(staff: Staff) -> str:
    roles, teams = ",".join(sorted(staff.roles)), ",".join(sorted(staff.teams)) or "-"
    state = "on" if staff.active else "off"
    able = ",".join(sorted(staff.skills | staff.languages))
    return f"{staff.username}\t{staff.name}\t{roles}\t{teams}\t{able}\t{state}"
