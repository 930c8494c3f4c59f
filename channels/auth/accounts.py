"""Accounts of staff: add one, list them, let someone choose a password, switch one off."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.errors import BadInput
from bot.staff import EVERY_TEAM, LogEntry, Role, SignInLink, Staff, clean_username
from bot.staff_ports import StaffStore, StaffWork
from bot.stores.desk_api import ApiToken, SqlApiTokens
from bot.stores.staff_sql import SqlStaffStore
from channels.auth.tokens import hash_token, new_token

LINK_LASTS = timedelta(hours=24)
FIRST_USER = "desk"
FROM_COMMAND_LINE = "(command line)"


class StaffUnknown(BadInput):
    """There is no such user. `fairway user list` shows them all."""


class RoleUnknown(BadInput):
    """Roles are: agent, team_lead, service_manager, auditor, administrator."""


@dataclass(frozen=True)
class NewLink:
    """A one-time link and when it ends (UTC). The link is shown once and not kept."""

    url: str
    expires_at: datetime


def first_sign_in_link(engine: sa.Engine, public_url: str) -> str | None:
    """A one-time link for the desk, until somebody has chosen a password; then None.

    The first user is administrator, agent and auditor with every team, so that whoever
    installed Fairway can try all of it.
    """
    store, now = SqlStaffStore(engine), datetime.now(UTC)
    with store.begin() as work:
        everyone = work.staff.all()
        if any(staff.password_hash for staff in everyone):
            return None
        first = next((s for s in everyone if s.username == FIRST_USER), None)
        if first is None and everyone:
            return None
        if first is None:
            roles = frozenset({Role.ADMINISTRATOR, Role.AGENT, Role.AUDITOR})
            first = _new_staff(FIRST_USER, "Desk", roles, frozenset({EVERY_TEAM}), now)
            work.staff.add(first)
            _log(work, "account_added", first, now)
        link = _give_link(work, first, public_url, now)
        work.commit()
    return link.url


def add_user(
    store: StaffStore,
    username: str,
    name: str,
    roles: Iterable[str],
    teams: Iterable[str] = (),
    now: datetime | None = None,
) -> Staff:
    """A new account without a password: give its owner a link.

    Raises UsernameWrong, UsernameTaken, RoleUnknown.
    """
    at = now or datetime.now(UTC)
    made = _new_staff(
        clean_username(username),
        " ".join(name.split())[:120] or username,
        _roles(roles),
        frozenset(team.strip() for team in teams if team.strip()),
        at,
    )
    with store.begin() as work:
        work.staff.add(made)
        _log(work, "account_added", made, at, roles=sorted(made.roles))
        work.commit()
    return made


def list_users(store: StaffStore) -> list[Staff]:
    """Every account, by user name."""
    with store.begin() as work:
        return work.staff.all()


def sign_in_link(
    store: StaffStore, username: str, public_url: str, now: datetime | None = None
) -> NewLink:
    """A one-time link with which a user chooses a password. Earlier ones stop working.

    Raises StaffUnknown.
    """
    at = now or datetime.now(UTC)
    with store.begin() as work:
        staff = _named(work, username)
        link = _give_link(work, staff, public_url, at)
        work.commit()
    return link


def reset_user(
    store: StaffStore, username: str, public_url: str, now: datetime | None = None
) -> NewLink:
    """Forget a password and an authenticator app, sign their owner out everywhere, end their API
    tokens, and make a link for a new password.

    Raises StaffUnknown.
    """
    at = now or datetime.now(UTC)
    with store.begin() as work:
        staff = _named(work, username)
        work.staff.save(replace(staff, password_hash=None, totp_secret=None, totp_used=None))
        work.sessions.end_all_of(staff.id)
        work.tokens.end_all_of(staff.id)  # whoever had the password may have made one
        _log(work, "password_forgotten", staff, at)
        link = _give_link(work, staff, public_url, at)
        work.commit()
    return link


def switch_user(
    store: StaffStore, username: str, *, active: bool, now: datetime | None = None
) -> Staff:
    """Let a user sign in, or no longer. Switched off, they are signed out at once and their API
    tokens end: switched on again, they make new ones.

    Raises StaffUnknown.
    """
    with store.begin() as work:
        staff = replace(_named(work, username), active=active)
        work.staff.save(staff)
        if not active:
            work.sessions.end_all_of(staff.id)
            work.tokens.end_all_of(staff.id)
            work.links.end_all_of(staff.id)
        action = "account_switched_on" if active else "account_switched_off"
        _log(work, action, staff, now or datetime.now(UTC))
        work.commit()
    return staff


def new_api_token(
    store: SqlStaffStore, username: str, name: str, now: datetime | None = None
) -> str:
    """A token of the desk's JSON API that acts as this user; it is shown once and not kept.

    Raises StaffUnknown, TokenNamed.
    """
    at, token = now or datetime.now(UTC), new_token()
    with store.begin() as work:
        staff = _named(work, username)
    name = " ".join(name.split())[:80]
    SqlApiTokens(store.engine).add(ApiToken(hash_token(token), staff.id, name, at))
    _note_token(store, "api_token_made", staff, at, name)
    return token


def drop_api_token(
    store: SqlStaffStore, username: str, name: str, now: datetime | None = None
) -> bool:
    """End a token. False when there is none of this name. Raises StaffUnknown."""
    with store.begin() as work:
        staff = _named(work, username)
    dropped = SqlApiTokens(store.engine).drop(staff.id, name)
    if dropped:
        _note_token(store, "api_token_dropped", staff, now or datetime.now(UTC), name)
    return dropped


def _note_token(store: SqlStaffStore, action: str, staff: Staff, at: datetime, name: str) -> None:
    with store.begin() as work:
        entry = LogEntry(at, FROM_COMMAND_LINE, action, staff.username, {"name": name})
        work.staff_log.write(entry)
        work.commit()


def set_abilities(
    store: StaffStore,
    username: str,
    teams: Iterable[str] = (),
    skills: Iterable[str] = (),
    languages: Iterable[str] = (),
    capacity: int | None = None,
    now: datetime | None = None,
) -> Staff:
    """What someone at the desk can do; what is left empty stays as it is. Raises StaffUnknown."""
    with store.begin() as work:
        held = _named(work, username)
        staff = replace(
            held,
            teams=frozenset(teams) or held.teams,
            skills=frozenset(skills) or held.skills,
            languages=frozenset(languages) or held.languages,
            capacity=capacity or held.capacity,
        )
        work.staff.save(staff)
        _log(work, "agent_changed", staff, now or datetime.now(UTC))
        work.commit()
    return staff


def _new_staff(
    username: str, name: str, roles: frozenset[Role], teams: frozenset[str], now: datetime
) -> Staff:
    return Staff(uuid.uuid4().hex, username, name, roles, teams, created_at=now)


def _named(work: StaffWork, username: str) -> Staff:
    staff = work.staff.named(username.strip().casefold())
    if staff is None:
        raise StaffUnknown
    return staff


def _roles(names: Iterable[str]) -> frozenset[Role]:
    try:
        roles = frozenset(Role(name.strip()) for name in names)
    except ValueError as error:
        raise RoleUnknown from error
    if not roles:
        raise RoleUnknown
    return roles


def _give_link(work: StaffWork, staff: Staff, public_url: str, now: datetime) -> NewLink:
    token = new_token()
    work.links.end_all_of(staff.id)
    work.links.add(SignInLink(hash_token(token), staff.id, expires_at=now + LINK_LASTS))
    _log(work, "link_made", staff, now)
    return NewLink(f"{public_url}/sign-in/link/{token}", now + LINK_LASTS)


def _log(work: StaffWork, action: str, staff: Staff, now: datetime, **detail: list[Role]) -> None:
    values = {key: [role.value for role in roles] for key, roles in detail.items()}
    work.staff_log.write(LogEntry(now, FROM_COMMAND_LINE, action, staff.username, values))
