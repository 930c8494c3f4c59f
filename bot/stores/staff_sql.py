"""The staff's tables on SQLAlchemy Core, in the same transaction as everything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.case_card import CaseCard
from bot.handoff import OPEN, Handoff
from bot.message import Medium, Sender
from bot.need import Circumstances
from bot.staff import (
    LogEntry,
    Presence,
    Role,
    SignInLink,
    Staff,
    StaffSession,
    UsernameTaken,
)
from bot.staff_log import Head, SealedEntry, seal_after
from bot.staff_ports import StaffWork
from bot.stores import schema as t
from bot.stores.case_sql import (
    SqlCannedReplies,
    SqlLabels,
    SqlMessageChanges,
    SqlNotes,
    SqlPromises,
    SqlServiceNotices,
)
from bot.stores.desk_api import SqlCalls, SqlStaffTokens
from bot.stores.guarded import is_guarded
from bot.stores.sql import SqlWork, to_handoff

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SqlStaffStore:
    """A StaffStore on one engine."""

    engine: sa.Engine

    def begin(self) -> StaffWork:
        """A transaction on a connection of its own."""
        return _SqlStaffWork(self.engine)


class _SqlStaffWork(SqlWork):
    def __enter__(self) -> _SqlStaffWork:
        super().__enter__()
        self.staff = _Accounts(self._connection)
        self.sessions = _Sessions(self._connection)
        self.links = _Links(self._connection)
        self.tokens = SqlStaffTokens(self._connection)
        self.staff_log = _Log(self._connection)
        self.case_board = _CaseBoard(self._connection)
        self.notes = SqlNotes(self._connection)
        self.labels = SqlLabels(self._connection)
        self.promises = SqlPromises(self._connection)
        self.changes = SqlMessageChanges(self._connection)
        self.canned = SqlCannedReplies(self._connection)
        self.notices = SqlServiceNotices(self._connection)
        self.calls = SqlCalls(self._connection)
        return self

    def commit(self) -> None:
        """The log's chain is locked last, so that nobody waits for it with a lock in hand."""
        self.staff_log.seal()
        super().commit()


@dataclass(frozen=True)
class _Accounts:
    db: sa.Connection

    def add(self, staff: Staff) -> None:
        try:
            with self.db.begin_nested():
                self.db.execute(t.staff.insert(), [_staff_row(staff)])
        except IntegrityError as error:
            raise UsernameTaken from error

    def get(self, staff_id: str) -> Staff | None:
        return self._one(t.staff.c.id == staff_id)

    def named(self, username: str) -> Staff | None:
        return self._one(t.staff.c.username == username)

    def save(self, staff: Staff) -> None:
        self.db.execute(t.staff.update().where(t.staff.c.id == staff.id).values(_staff_row(staff)))

    def all(self) -> list[Staff]:
        return [_to_staff(r) for r in _rows(self.db, t.staff.select().order_by("username"))]

    def use_code(self, staff_id: str, step: int) -> bool:
        c = t.staff.c
        newer = sa.or_(c.totp_used.is_(None), c.totp_used < step)
        change = t.staff.update().where(c.id == staff_id, newer)
        return self.db.execute(change.values(totp_used=step)).rowcount == 1

    def _one(self, condition: sa.ColumnElement[bool]) -> Staff | None:
        return next(map(_to_staff, _rows(self.db, t.staff.select().where(condition))), None)


@dataclass(frozen=True)
class _Sessions:
    db: sa.Connection

    def add(self, session: StaffSession) -> None:
        self.db.execute(t.staff_sessions.insert(), [vars(session)])

    def get(self, token_hash: str) -> StaffSession | None:
        query = t.staff_sessions.select().where(t.staff_sessions.c.token_hash == token_hash)
        return next((StaffSession(**row) for row in _rows(self.db, query)), None)

    def touch(self, token_hash: str, at: datetime) -> None:
        change = t.staff_sessions.update().where(t.staff_sessions.c.token_hash == token_hash)
        self.db.execute(change.values(last_at=at))

    def end(self, token_hash: str) -> None:
        self._delete(t.staff_sessions.c.token_hash == token_hash)

    def end_all_of(self, staff_id: str) -> None:
        self._delete(t.staff_sessions.c.staff_id == staff_id)

    def sweep(self, now: datetime) -> None:
        self._delete(t.staff_sessions.c.expires_at <= now)

    def last_seen(self) -> dict[str, datetime]:
        c = t.staff_sessions.c
        last = sa.func.max(c.last_at, type_=c.last_at.type).label("last_at")
        query = sa.select(c.staff_id, last).group_by(c.staff_id)
        return {row["staff_id"]: row["last_at"] for row in _rows(self.db, query)}

    def _delete(self, condition: sa.ColumnElement[bool]) -> None:
        self.db.execute(t.staff_sessions.delete().where(condition))


@dataclass(frozen=True)
class _Links:
    db: sa.Connection

    def add(self, link: SignInLink) -> None:
        self.db.execute(t.sign_in_links.insert(), [vars(link)])

    def get(self, token_hash: str) -> SignInLink | None:
        query = t.sign_in_links.select().where(t.sign_in_links.c.token_hash == token_hash)
        return next((SignInLink(**row) for row in _rows(self.db, query)), None)

    def use(self, token_hash: str, at: datetime) -> bool:
        c = t.sign_in_links.c
        change = t.sign_in_links.update().where(c.token_hash == token_hash, c.used_at.is_(None))
        return self.db.execute(change.values(used_at=at)).rowcount == 1

    def end_all_of(self, staff_id: str) -> None:
        c = t.sign_in_links.c
        unused = t.sign_in_links.delete().where(c.staff_id == staff_id, c.used_at.is_(None))
        self.db.execute(unused)


@dataclass(frozen=True)
class _Log:
    db: sa.Connection
    _written: list[LogEntry] = field(default_factory=list)

    def write(self, entry: LogEntry) -> None:
        self._written.append(entry)

    def seal(self) -> None:
        """Put what was written at the end of the chain, which nobody else may do meanwhile."""
        if not self._written:
            return
        c = t.staff_log_head.c
        held = self.db.execute(sa.select(c.place, c.seal).with_for_update()).one()
        head = Head(held.place, held.seal)
        for entry in self._written:
            one = seal_after(head, entry)
            head = Head(one.place, one.seal)
            row = vars(entry) | {"detail": dict(entry.detail)} | vars(head)
            self.db.execute(t.staff_log.insert(), [row])
        self.db.execute(t.staff_log_head.update().values(**vars(head)))
        self._written.clear()

    def about(self, subject: str) -> list[LogEntry]:
        self.seal()
        query = self._entries().where(t.staff_log.c.subject == subject)
        return [_to_sealed(row).entry for row in _rows(self.db, query)]

    def sealed(self, after: int = 0, limit: int = 1000) -> list[SealedEntry]:
        self.seal()
        query = self._entries().where(t.staff_log.c.place > after).limit(limit)
        return [_to_sealed(row) for row in _rows(self.db, query)]

    def latest(
        self, limit: int, username: str = "", subject: str = "", action: str = ""
    ) -> list[SealedEntry]:
        self.seal()
        c = t.staff_log.c
        query = self._entries().order_by(None).order_by(c.place.desc()).limit(limit)
        if username:
            query = query.where(c.username == username)
        if subject:
            query = query.where(c.subject == subject)
        if action:
            query = query.where(c.action == action)
        return [_to_sealed(row) for row in _rows(self.db, query)]

    def head(self) -> Head:
        self.seal()
        c = t.staff_log_head.c
        held = self.db.execute(sa.select(c.place, c.seal)).one()
        return Head(held.place, held.seal)

    def _entries(self) -> sa.Select[Any]:
        c = t.staff_log.c
        columns = (c.at, c.username, c.action, c.subject, c.detail, c.place, c.seal)
        return sa.select(*columns).order_by(c.place)


def _to_sealed(row: Row) -> SealedEntry:
    names = ("at", "username", "action", "subject", "detail")
    return SealedEntry(LogEntry(**{name: row[name] for name in names}), row["place"], row["seal"])


@dataclass(frozen=True)
class _CaseBoard:
    db: sa.Connection

    def open(self) -> list[CaseCard]:
        c = t.handoffs.c
        return self._cards(c.status.in_([s.value for s in OPEN]), c.urgency != "urgent", c.asked_at)

    def over_since(self, start: datetime) -> list[CaseCard]:
        c = t.handoffs.c
        over = c.status.not_in([s.value for s in OPEN])
        return self._cards(sa.and_(over, c.closed_at >= start), c.closed_at.desc())

    def to_look_at(self, until: date) -> list[CaseCard]:
        c = t.handoffs.c
        over = c.status.not_in([s.value for s in OPEN])
        return self._cards(sa.and_(over, c.follow_up_on <= until), c.follow_up_on, c.asked_at)

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
        c = t.handoffs.c
        found = sa.select(c.id).where(c.asked_at >= start, c.asked_at < end)
        if team:
            found = found.where(c.team == team)
        if outcome:
            found = found.where(sa.func.coalesce(c.outcome_code, c.status) == outcome)
        if after:
            as_late = sa.and_(c.asked_at == after.asked_at, c.id < after.id)
            found = found.where(sa.or_(c.asked_at < after.asked_at, as_late))
        order = (c.asked_at.desc(), c.id.desc())
        return self._cards(c.id.in_(found.order_by(*order).limit(limit)), *order)

    def guarded(self, conversation_ids: Collection[str]) -> list[Handoff]:
        theirs = t.handoffs.c.conversation_id.in_(conversation_ids)
        query = t.handoffs.select().where(is_guarded(), theirs)
        return [to_handoff(row) for row in _rows(self.db, query)]

    def _cards(self, wanted: sa.ColumnElement[bool], *order: Any) -> list[CaseCard]:
        c, h = t.conversations.c, t.handoffs
        theirs = sa.select(h.c.conversation_id).where(wanted)
        talks = sa.select(c.id, c.medium, c.language, c.circumstances).where(c.id.in_(theirs))
        conversations = {row["id"]: row for row in _rows(self.db, talks)}
        services, spoken = self._services(theirs), self._spoken(theirs)
        handoffs = [
            to_handoff(r) for r in _rows(self.db, h.select().where(wanted).order_by(*order))
        ]
        labels = SqlLabels(self.db).of(one.id for one in handoffs)
        promised = {p.handoff_id: p.ends for p in reversed(SqlPromises(self.db).open())}
        return [
            replace(
                _card(one, conversations[key], services.get(key), spoken),
                labels=labels.get(one.id, ()),
                promised=promised.get(one.id),
            )
            for one in handoffs
            for key in [one.conversation_id]
        ]

    def _services(self, theirs: sa.Select[Any]) -> dict[str, str]:
        c = t.turn_records.c
        query = sa.select(c.conversation_id, c.service).order_by(c.turn)
        rows = _rows(self.db, query.where(c.conversation_id.in_(theirs), c.service.is_not(None)))
        return {row["conversation_id"]: row["service"] for row in rows}

    def _spoken(self, theirs: sa.Select[Any]) -> dict[tuple[str, str], dict[str, Any]]:
        """What citizen and agent each said last, by (conversation, sender)."""
        c = t.messages.c
        people = c.sender.in_([Sender.CITIZEN.value, Sender.AGENT.value])
        last = sa.select(sa.func.max(c.seq)).where(c.conversation_id.in_(theirs), people)
        last = last.group_by(c.conversation_id, c.sender)
        query = sa.select(c.conversation_id, c.sender, c.seq, c.at, c.text).where(c.seq.in_(last))
        return {(row["conversation_id"], row["sender"]): row for row in _rows(self.db, query)}


def _card(
    handoff: Handoff,
    conversation: Row,
    service: str | None,
    spoken: Mapping[tuple[str, str], Row],
) -> CaseCard:
    told = Circumstances.from_json(conversation["circumstances"])
    citizen = spoken.get((handoff.conversation_id, Sender.CITIZEN.value))
    agent = spoken.get((handoff.conversation_id, Sender.AGENT.value))
    waits = citizen is not None and (agent is None or citizen["seq"] > agent["seq"])
    return CaseCard(
        handoff=handoff,
        medium=Medium(conversation["medium"]),
        language=conversation["language"],
        adjustments=tuple(sorted(a.value for a in told.adjustments)),
        service=service,
        citizen_waits_since=citizen["at"] if citizen and waits else None,
        last_words=citizen["text"] if citizen else "",
        last_words_at=citizen["at"] if citizen else None,
    )


def _rows(db: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in db.execute(query).mappings()]


def _staff_row(staff: Staff) -> dict[str, Any]:
    return vars(staff) | {
        "roles": sorted(role.value for role in staff.roles),
        "teams": sorted(staff.teams),
        "skills": sorted(staff.skills),
        "languages": sorted(staff.languages),
        "presence": staff.presence.value,
    }


def _to_staff(row: Row) -> Staff:
    values = dict(row) | {
        "roles": frozenset(Role(role) for role in row["roles"]),
        "teams": frozenset(row["teams"]),
        "skills": frozenset(row["skills"]),
        "languages": frozenset(row["languages"]),
        "presence": Presence(row["presence"]),
    }
    return Staff(**values)
