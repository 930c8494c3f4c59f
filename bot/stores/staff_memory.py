"""The staff's tables in memory, beside everything ``bot.stores.memory`` keeps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.case_card import CaseCard
from bot.desk_calls import Call, CallMade
from bot.guarded import is_guarded
from bot.handoff import OPEN, Handoff
from bot.message import Message, Sender
from bot.staff import LogEntry, SignInLink, Staff, StaffSession, UsernameTaken
from bot.staff_log import Head, SealedEntry, seal_after
from bot.staff_ports import StaffWork
from bot.stores.case_memory import (
    CaseTables,
    MemoryCannedReplies,
    MemoryLabels,
    MemoryMessageChanges,
    MemoryNotes,
    MemoryPromises,
    MemoryServiceNotices,
)
from bot.stores.memory import MemoryStore, MemoryTables, MemoryWork


@dataclass
class _StaffTables(MemoryTables):
    staff: dict[str, Staff] = field(default_factory=dict)
    sessions: dict[str, StaffSession] = field(default_factory=dict)
    links: dict[str, SignInLink] = field(default_factory=dict)
    staff_log: list[SealedEntry] = field(default_factory=list)
    case: CaseTables = field(default_factory=CaseTables)
    calls: dict[tuple[str, str], Call] = field(default_factory=dict)


class MemoryStaffStore(MemoryStore):
    """A StaffStore whose units of work run one after another."""

    def __init__(self) -> None:
        super().__init__()
        self._tables = _StaffTables()

    def begin(self) -> StaffWork:
        """A transaction on a copy, put in place at commit."""
        return _MemoryStaffWork(self)


class _MemoryStaffWork(MemoryWork):
    def __enter__(self) -> _MemoryStaffWork:
        super().__enter__()
        return self

    def _use(self, tables: MemoryTables) -> None:
        super()._use(tables)
        assert isinstance(tables, _StaffTables)
        self.staff = _Accounts(tables)
        self.sessions = _Sessions(tables)
        self.links = _Links(tables)
        self.tokens = _Tokens()
        self.staff_log = _Log(tables)
        self.case_board = _CaseBoard(tables)
        self.notes = MemoryNotes(tables.case)
        self.labels = MemoryLabels(tables.case)
        self.promises = MemoryPromises(tables.case)
        self.changes = MemoryMessageChanges(tables.case, tables)
        self.canned = MemoryCannedReplies(tables.case)
        self.notices = MemoryServiceNotices(tables.case)
        self.calls = _Calls(tables)


@dataclass
class _Accounts:
    tables: _StaffTables

    def add(self, staff: Staff) -> None:
        if self.named(staff.username):
            raise UsernameTaken
        self.save(staff)

    def get(self, staff_id: str) -> Staff | None:
        return self.tables.staff.get(staff_id)

    def named(self, username: str) -> Staff | None:
        return next((s for s in self.tables.staff.values() if s.username == username), None)

    def save(self, staff: Staff) -> None:
        self.tables.staff[staff.id] = staff

    def all(self) -> list[Staff]:
        return sorted(self.tables.staff.values(), key=lambda s: s.username)

    def use_code(self, staff_id: str, step: int) -> bool:
        held = self.tables.staff[staff_id]
        if held.totp_used is not None and held.totp_used >= step:
            return False
        self.save(replace(held, totp_used=step))
        return True


@dataclass
class _Sessions:
    tables: _StaffTables

    def add(self, session: StaffSession) -> None:
        self.tables.sessions[session.token_hash] = session

    def get(self, token_hash: str) -> StaffSession | None:
        return self.tables.sessions.get(token_hash)

    def touch(self, token_hash: str, at: datetime) -> None:
        if held := self.get(token_hash):
            self.add(replace(held, last_at=at))

    def end(self, token_hash: str) -> None:
        self.tables.sessions.pop(token_hash, None)

    def end_all_of(self, staff_id: str) -> None:
        for session in list(self.tables.sessions.values()):
            if session.staff_id == staff_id:
                self.end(session.token_hash)

    def sweep(self, now: datetime) -> None:
        for session in list(self.tables.sessions.values()):
            if session.expires_at <= now:
                self.end(session.token_hash)

    def last_seen(self) -> dict[str, datetime]:
        by_age = sorted(self.tables.sessions.values(), key=lambda s: s.last_at)
        return {session.staff_id: session.last_at for session in by_age}


class _Tokens:
    """The desk's API keeps its tokens in a database only: there are none here."""

    def end_all_of(self, staff_id: str) -> None:
        pass


@dataclass
class _Links:
    tables: _StaffTables

    def add(self, link: SignInLink) -> None:
        self.tables.links[link.token_hash] = link

    def get(self, token_hash: str) -> SignInLink | None:
        return self.tables.links.get(token_hash)

    def use(self, token_hash: str, at: datetime) -> bool:
        held = self.get(token_hash)
        if held is None or held.used_at is not None:
            return False
        self.add(replace(held, used_at=at))
        return True

    def end_all_of(self, staff_id: str) -> None:
        for link in list(self.tables.links.values()):
            if link.staff_id == staff_id and link.used_at is None:
                del self.tables.links[link.token_hash]


@dataclass
class _Log:
    tables: _StaffTables

    def write(self, entry: LogEntry) -> None:
        self.tables.staff_log.append(seal_after(self.head(), entry))

    def about(self, subject: str) -> list[LogEntry]:
        return [s.entry for s in self.tables.staff_log if s.entry.subject == subject]

    def sealed(self, after: int = 0, limit: int = 1000) -> list[SealedEntry]:
        return [one for one in self.tables.staff_log if one.place > after][:limit]

    def latest(
        self, limit: int, username: str = "", subject: str = "", action: str = ""
    ) -> list[SealedEntry]:
        found = [
            one
            for one in reversed(self.tables.staff_log)
            if username in ("", one.entry.username)
            and subject in ("", one.entry.subject)
            and action in ("", one.entry.action)
        ]
        return found[:limit]

    def head(self) -> Head:
        last = self.tables.staff_log[-1:]
        return Head(last[0].place, last[0].seal) if last else Head()


@dataclass
class _CaseBoard:
    tables: _StaffTables

    def open(self) -> list[CaseCard]:
        found = [h for h in self.tables.handoffs.values() if h.status in OPEN]
        found.sort(key=lambda h: (h.urgency != "urgent", h.asked_at))
        return [self._card(handoff) for handoff in found]

    def over_since(self, start: datetime) -> list[CaseCard]:
        over = [h for h in self.tables.handoffs.values() if h.status not in OPEN]
        late = [(h.closed_at, h) for h in over if h.closed_at and h.closed_at >= start]
        late.sort(key=lambda pair: pair[0], reverse=True)
        return [self._card(handoff) for _, handoff in late]

    def to_look_at(self, until: date) -> list[CaseCard]:
        over = [h for h in self.tables.handoffs.values() if h.status not in OPEN]
        due = [(h.follow_up_on, h.asked_at, h) for h in over if h.follow_up_on]
        due = [one for one in due if one[0] <= until]
        return [self._card(handoff) for *_, handoff in sorted(due, key=lambda one: one[:2])]

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
        found = [
            h
            for h in self.tables.handoffs.values()
            if start <= h.asked_at < end
            and team in ("", h.team)
            and outcome in ("", h.outcome_code or h.status.value)
            and (after is None or (h.asked_at, h.id) < (after.asked_at, after.id))
        ]
        found.sort(key=lambda h: (h.asked_at, h.id), reverse=True)
        return [self._card(handoff) for handoff in found[:limit]]

    def guarded(self, conversation_ids: Collection[str]) -> list[Handoff]:
        theirs = (h for h in self.tables.handoffs.values() if is_guarded(h))
        return [h for h in theirs if h.conversation_id in conversation_ids]

    def _card(self, handoff: Handoff) -> CaseCard:
        conversation = self.tables.conversations[handoff.conversation_id]
        turns = [t for t in self.tables.turns if t.conversation_id == conversation.id]
        services = [t.service for t in turns if t.service]
        people = self._people(conversation.id)
        citizen = [m for m in people if m.sender is Sender.CITIZEN]
        open_ones = MemoryPromises(self.tables.case).open()
        promised = [p for p in open_ones if p.handoff_id == handoff.id]
        return CaseCard(
            handoff=handoff,
            medium=conversation.medium,
            language=conversation.language,
            adjustments=tuple(sorted(a.value for a in conversation.circumstances.adjustments)),
            service=services[-1] if services else None,
            citizen_waits_since=people[-1].at if citizen and citizen[-1] is people[-1] else None,
            last_words=citizen[-1].text if citizen else "",
            last_words_at=citizen[-1].at if citizen else None,
            promised=promised[0].ends if promised else None,
            labels=MemoryLabels(self.tables.case).of([handoff.id]).get(handoff.id, ()),
        )

    def _people(self, conversation_id: str) -> list[Message]:
        """What citizen and agents said, in order."""
        said = [k.message for k in self.tables.messages.values()]
        mine = [m for m in said if m.conversation_id == conversation_id]
        return [m for m in mine if m.sender in (Sender.CITIZEN, Sender.AGENT)]


@dataclass
class _Calls:
    tables: _StaffTables

    def get(self, caller: str, key: str, since: datetime) -> Call | None:
        held = self.tables.calls.get((caller, key))
        return held if held and held.at >= since else None

    def add(self, call: Call, since: datetime) -> None:
        held = self.tables.calls
        for name in [name for name, one in held.items() if one.at < since]:
            del held[name]
        if (call.caller, call.key) in held:
            raise CallMade
        held[call.caller, call.key] = call
