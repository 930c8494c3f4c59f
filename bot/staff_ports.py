"""What signing in and the desk need from a store, beside ``bot.ports``.

Adapters: ``bot.stores.staff_memory`` and ``bot.stores.staff_sql``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from bot.case_card import CaseCard
from bot.case_ports import (
    CannedReplies,
    CaseNotes,
    Labels,
    MessageChanges,
    Promises,
    ServiceNotices,
)
from bot.desk_calls import Calls
from bot.handoff import Handoff
from bot.ports import UnitOfWork
from bot.staff import LogEntry, SignInLink, Staff, StaffSession
from bot.staff_log import Head, SealedEntry


class StaffAccounts(Protocol):
    """Every account."""

    def add(self, staff: Staff) -> None:
        """Keep a new account. Raises UsernameTaken."""

    def get(self, staff_id: str) -> Staff | None:
        """The account with this id, or None."""

    def named(self, username: str) -> Staff | None:
        """The account with this user name, or None."""

    def save(self, staff: Staff) -> None:
        """Replace what is held under the same id."""

    def all(self) -> list[Staff]:
        """Every account, by user name."""

    def use_code(self, staff_id: str, step: int) -> bool:
        """Spend the code of a time step. False when one of this step or a later one was spent
        before: two at once cannot both use it."""


class StaffSessions(Protocol):
    """Who is signed in."""

    def add(self, session: StaffSession) -> None:
        """Keep a new session."""

    def get(self, token_hash: str) -> StaffSession | None:
        """The session of this cookie, or None."""

    def touch(self, token_hash: str, at: datetime) -> None:
        """Note that it was used."""

    def end(self, token_hash: str) -> None:
        """Sign this browser out."""

    def end_all_of(self, staff_id: str) -> None:
        """Sign someone out everywhere."""

    def sweep(self, now: datetime) -> None:
        """Drop those that have expired."""

    def last_seen(self) -> Mapping[str, datetime]:
        """Staff id → when a page of theirs last made itself known (UTC)."""


class SignInLinks(Protocol):
    """One-time links."""

    def add(self, link: SignInLink) -> None:
        """Keep a new link."""

    def get(self, token_hash: str) -> SignInLink | None:
        """The link with this token, or None."""

    def use(self, token_hash: str, at: datetime) -> bool:
        """Spend it. False when it was spent before: two at once cannot both use it."""

    def end_all_of(self, staff_id: str) -> None:
        """Drop someone's links that were not used."""


class StaffTokens(Protocol):
    """Tokens of the desk's JSON API."""

    def end_all_of(self, staff_id: str) -> None:
        """Drop every token of someone."""


class StaffLog(Protocol):
    """What staff did, in order. Nothing is ever changed in it, and each entry is sealed with the
    one before it (``bot.staff_log``)."""

    def write(self, entry: LogEntry) -> None:
        """Add an entry. It gets its place and its seal when the transaction is committed."""

    def about(self, subject: str) -> list[LogEntry]:
        """The entries about a case or an account, oldest first."""

    def sealed(self, after: int = 0, limit: int = 1000) -> list[SealedEntry]:
        """Up to ``limit`` entries whose place is higher than ``after``, in order."""

    def latest(
        self, limit: int, username: str = "", subject: str = "", action: str = ""
    ) -> list[SealedEntry]:
        """The newest entries, newest first; of one person, about one thing or of one kind if
        these are given."""

    def head(self) -> Head:
        """The end of the chain."""


class CaseBoard(Protocol):
    """Cases as the desk lists them, in few queries however many there are."""

    def open(self) -> list[CaseCard]:
        """Waiting and claimed: urgent first, then the longest waiting."""

    def over_since(self, start: datetime) -> list[CaseCard]:
        """Closed or returned since ``start``, the latest first."""

    def to_look_at(self, until: date) -> list[CaseCard]:
        """Over, to be looked at again on ``until`` or earlier; the earliest day first."""

    def asked_between(
        self,
        start: datetime,
        end: datetime,
        limit: int = 1000,
        *,
        team: str = "",
        outcome: str = "",
        after: Handoff | None = None,
    ) -> list[CaseCard]:
        """Up to ``limit`` asked for from ``start`` until before ``end``, the latest first; of one
        team, or with one outcome (or status, if they have none), if given. ``after``: only those
        that follow it in that order."""

    def guarded(self, conversation_ids: Collection[str]) -> list[Handoff]:
        """The cases of these conversations that are or were the safeguarding team's."""


class StaffWork(UnitOfWork, Protocol):
    """A unit of work that also reaches the staff's tables."""

    @property
    def staff(self) -> StaffAccounts: ...
    @property
    def sessions(self) -> StaffSessions: ...
    @property
    def links(self) -> SignInLinks: ...
    @property
    def tokens(self) -> StaffTokens: ...
    @property
    def staff_log(self) -> StaffLog: ...
    @property
    def case_board(self) -> CaseBoard: ...
    @property
    def notes(self) -> CaseNotes: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def promises(self) -> Promises: ...
    @property
    def changes(self) -> MessageChanges: ...
    @property
    def canned(self) -> CannedReplies: ...
    @property
    def notices(self) -> ServiceNotices: ...
    @property
    def calls(self) -> Calls: ...

    def __enter__(self) -> StaffWork: ...


class StaffStore(Protocol):
    """Where such units of work come from."""

    def begin(self) -> StaffWork:
        """A new transaction, to be used with ``with``."""
