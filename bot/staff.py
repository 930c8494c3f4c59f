"""Contact-centre staff: who they are, what they may see, and what they did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.errors import BadInput, FairwayError

SAFEGUARDING = "safeguarding"
EVERY_TEAM = "*"

SESSION_LONGEST = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=60)

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")


class UsernameWrong(BadInput):
    """A user name is 2 to 80 small letters, digits, dots, dashes or an email address."""


class UsernameTaken(BadInput):
    """Someone already has this user name. Choose another."""


class RoleMissing(FairwayError):
    """Your account cannot open this page. Ask an administrator if you need it for your work."""


class Role(str, Enum):
    """What someone on the staff may do."""

    AGENT = "agent"
    TEAM_LEAD = "team_lead"
    SERVICE_MANAGER = "service_manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Presence(str, Enum):
    """Whether someone at the desk can be given a case. Only ``available`` can."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


USUAL_CAPACITY = 4
"""Open cases that someone holds at once, unless their account says otherwise."""
REACHED_WITHIN = timedelta(minutes=3)
"""An open desk page makes itself known at least once a minute: silent for longer is gone."""

AT_THE_DESK = frozenset({Role.AGENT, Role.TEAM_LEAD, Role.ADMINISTRATOR})
SEES_EVERY_TEAM = frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Staff:
    """One account. ``teams`` are the teams of service cards; ``*`` stands for all of them.

    ``skills`` are words of the council's own, but for ``safeguarding``; ``languages`` are codes;
    ``capacity`` is how many open cases they hold at once. ``password_hash`` is None until a
    password is chosen. ``created_at`` is in UTC. ``totp_used`` is the last time step whose code
    was taken: none is taken twice.
    """

    id: str
    username: str
    name: str
    roles: frozenset[Role]
    teams: frozenset[str]
    created_at: datetime
    password_hash: str | None = None
    active: bool = True
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"en"})
    capacity: int = USUAL_CAPACITY
    presence: Presence = Presence.AVAILABLE
    presence_reason: str = ""
    totp_secret: str | None = None
    totp_used: int | None = None

    @property
    def first_name(self) -> str:
        """What citizens are told: "Asha has joined"."""
        return self.name.split()[0] if self.name.split() else self.username

    def has(self, *roles: Role) -> bool:
        """Whether one of ``roles`` is theirs."""
        return bool(self.roles & set(roles))

    def may_open(self, team: str) -> bool:
        """Whether a case of ``team`` is theirs to see: safeguarding is for few eyes."""
        if not self.has(*AT_THE_DESK):
            return False
        if team != SAFEGUARDING or self.has(*SEES_EVERY_TEAM):
            return True
        return SAFEGUARDING in self.skills or bool(self.teams & {SAFEGUARDING, EVERY_TEAM})

    def serves(self, team: str) -> bool:
        """Whether cases of ``team`` are their work."""
        return bool(self.teams & {team, EVERY_TEAM}) or (
            team == SAFEGUARDING and SAFEGUARDING in self.skills
        )


@dataclass(frozen=True)
class StaffSession:
    """One signed-in browser. ``token_hash`` is SHA-256 of the cookie. Times in UTC."""

    token_hash: str
    staff_id: str
    csrf: str
    created_at: datetime
    last_at: datetime
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it has lasted, or been left alone, too long."""
        return now >= self.expires_at or now - self.last_at >= SESSION_IDLE


@dataclass(frozen=True)
class SignInLink:
    """A link that lets someone choose a password once. ``token_hash`` is SHA-256 of its token."""

    token_hash: str
    staff_id: str
    expires_at: datetime
    used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True)
class LogEntry:
    """One thing someone on the staff did. Never what a citizen said. ``at`` in UTC."""

    at: datetime
    username: str
    action: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def clean_username(raw: str) -> str:
    """``raw`` in the one way user names are kept. Raises UsernameWrong."""
    username = raw.strip().casefold()
    if not _USERNAME.fullmatch(username):
        raise UsernameWrong
    return username
