"""Every store port in memory: for tests and for trying things out. One transaction at a time."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType

from bot.conversation import Conversation
from bot.council_case import CouncilCase
from bot.earlier_consent import Consent
from bot.equality import AnswerSheet
from bot.errors import HandoffTaken
from bot.feedback import Feedback
from bot.handoff import OPEN, Handoff, HandoffStatus
from bot.message import Message
from bot.outcome import Outcome
from bot.ports import Parcel, Standing, UnitOfWork
from bot.stores.beside_case_memory import (
    MemoryConsents,
    MemoryCouncilCases,
    MemoryFeedbacks,
)
from bot.turn_record import TurnRecord


@dataclass
class _Kept:
    message: Message
    in_reply_to: str | None = None
    provider_key: tuple[str, str] | None = None
    answered: bool = True


@dataclass
class _Due:
    parcel: Parcel
    due: datetime
    done: bool = False


@dataclass
class MemoryTables:
    """What a MemoryStore holds."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, _Kept] = field(default_factory=dict)
    handoffs: dict[str, Handoff] = field(default_factory=dict)
    turns: list[TurnRecord] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    outbox: dict[str, _Due] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    equality: dict[str, AnswerSheet] = field(default_factory=dict)
    council_cases: list[CouncilCase] = field(default_factory=list)
    consents: dict[str, Consent] = field(default_factory=dict)
    feedback: dict[str, Feedback] = field(default_factory=dict)


class MemoryStore:
    """A Store whose units of work run one after another."""

    def __init__(self) -> None:
        self._tables = MemoryTables()
        self._lock = threading.RLock()

    def begin(self) -> UnitOfWork:
        """A transaction on a copy, put in place at commit."""
        return MemoryWork(self)


class MemoryWork:
    """One transaction: a copy of the tables that replaces them at commit."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __enter__(self) -> MemoryWork:
        self._store._lock.acquire()
        self._use(copy.deepcopy(self._store._tables))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store._lock.release()

    def commit(self) -> None:
        """Keep everything done so far."""
        self._store._tables = self._tables
        self._use(copy.deepcopy(self._tables))

    def _use(self, tables: MemoryTables) -> None:
        self._tables = tables
        self.conversations = _Conversations(tables)
        self.messages = _Messages(tables)
        self.handoffs = _Handoffs(tables)
        self.records = _Records(tables)
        self.outbox = _Outbox(tables)
        self.sms_numbers = _SmsNumbers(tables)
        self.equality = _EqualityAnswers(tables)
        self.council_cases = MemoryCouncilCases(tables.council_cases)
        self.consents = MemoryConsents(tables.consents)
        self.feedback = MemoryFeedbacks(tables.feedback, tables.handoffs)


@dataclass
class _Conversations:
    tables: MemoryTables

    def add(self, conversation: Conversation) -> None:
        self.tables.conversations[conversation.id] = conversation

    def get(self, conversation_id: str) -> Conversation | None:
        return self.tables.conversations.get(conversation_id)

    def latest_at(self, address: str) -> Conversation | None:
        mine = [c for c in self.tables.conversations.values() if c.address == address]
        return max(mine, key=lambda c: c.last_at, default=None)

    def all_at(self, address: str) -> list[Conversation]:
        mine = [c for c in self.tables.conversations.values() if c.address == address]
        return sorted(mine, key=lambda c: c.started_at)

    def last_heard(self, since: datetime, until: datetime) -> list[Conversation]:
        held = self.tables.conversations.values()
        return [c for c in held if since <= c.last_at <= until]

    save = add

    def touch(self, conversation_id: str, at: datetime) -> None:
        held = self.tables.conversations[conversation_id]
        self.tables.conversations[conversation_id] = replace(held, last_at=at)


@dataclass
class _Messages:
    tables: MemoryTables

    def accept(
        self, message: Message, provider: str | None = None, provider_id: str | None = None
    ) -> bool:
        key = (provider, provider_id) if provider and provider_id else None
        if key and any(k.provider_key == key for k in self.tables.messages.values()):
            return False
        if message.client_id and self.accepted_as(message.conversation_id, message.client_id):
            return False
        self.tables.messages[message.id] = _Kept(message, provider_key=key, answered=False)
        return True

    def accepted_as(self, conversation_id: str, client_id: str) -> Message | None:
        for kept in self.tables.messages.values():
            if (kept.message.conversation_id, kept.message.client_id) == (
                conversation_id,
                client_id,
            ):
                return kept.message
        return None

    def add(self, *messages: Message, in_reply_to: str | None = None) -> None:
        for message in messages:
            self.tables.messages[message.id] = _Kept(message, in_reply_to)

    def get(self, message_id: str) -> Message | None:
        kept = self.tables.messages.get(message_id)
        return kept.message if kept else None

    def of(self, conversation_id: str, after: str | None = None) -> list[Message]:
        mine = [
            k.message
            for k in self.tables.messages.values()
            if k.message.conversation_id == conversation_id
        ]
        ids = [m.id for m in mine]
        return mine[ids.index(after) + 1 :] if after in ids else mine

    def latest(self, conversation_id: str, limit: int) -> list[Message]:
        return self.of(conversation_id)[-limit:]

    def replies_to(self, message_id: str) -> list[Message]:
        return [k.message for k in self.tables.messages.values() if k.in_reply_to == message_id]

    def answered(self, message_id: str) -> bool:
        return self.tables.messages[message_id].answered

    def by_text(self, message_id: str) -> bool:
        kept = self.tables.messages.get(message_id)
        return kept is not None and kept.provider_key is not None

    def standing(self, message: Message) -> Standing:
        turns = sum(t.conversation_id == message.conversation_id for t in self.tables.turns)
        handoffs = self.tables.handoffs.values()
        waiting = sum(handoff.status is HandoffStatus.WAITING for handoff in handoffs)
        return Standing(self.answered(message.id), turns, waiting)

    def mark_answered(self, message_id: str) -> bool:
        kept = self.tables.messages[message_id]
        was, kept.answered = kept.answered, True
        return not was

    def unanswered(self, before: datetime) -> list[Message]:
        return [
            k.message
            for k in self.tables.messages.values()
            if not k.answered and k.message.at < before
        ]


@dataclass
class _Handoffs:
    tables: MemoryTables

    def add(self, handoff: Handoff) -> None:
        self.tables.handoffs[handoff.id] = handoff

    def get(self, handoff_id: str) -> Handoff | None:
        return self.tables.handoffs.get(handoff_id)

    def open_of(self, conversation_id: str) -> Handoff | None:
        return next((h for h in self.of(conversation_id) if h.status in OPEN), None)

    def of(self, conversation_id: str) -> list[Handoff]:
        mine = (h for h in self.tables.handoffs.values() if h.conversation_id == conversation_id)
        return sorted(mine, key=lambda h: h.asked_at)

    def save(self, handoff: Handoff, was: Handoff) -> None:
        if self.tables.handoffs.get(handoff.id) != was:
            raise HandoffTaken
        self.tables.handoffs[handoff.id] = handoff

    def with_status(self, *statuses: HandoffStatus) -> list[Handoff]:
        found = (h for h in self.tables.handoffs.values() if h.status in statuses)
        return sorted(found, key=lambda h: (h.urgency != "urgent", h.asked_at))

    def count(self, status: HandoffStatus) -> int:
        return sum(handoff.status is status for handoff in self.tables.handoffs.values())

    def claimed_since(self, since: datetime) -> list[Handoff]:
        taken = [(h.claimed_at, h) for h in self.tables.handoffs.values() if h.claimed_at]
        return [h for at, h in sorted(taken, key=lambda pair: pair[0]) if at >= since]


@dataclass
class _Records:
    tables: MemoryTables

    def add_turn(self, record: TurnRecord) -> None:
        self.tables.turns.append(record)

    def turns_of(self, conversation_id: str) -> list[TurnRecord]:
        return [t for t in self.tables.turns if t.conversation_id == conversation_id]

    def count_turns(self, conversation_id: str) -> int:
        return len(self.turns_of(conversation_id))

    def add_outcome(self, outcome: Outcome) -> None:
        self.tables.outcomes.append(outcome)

    def outcomes_of(self, conversation_id: str) -> list[Outcome]:
        return [o for o in self.tables.outcomes if o.conversation_id == conversation_id]


@dataclass
class _Outbox:
    tables: MemoryTables

    def put(self, parcel: Parcel, due: datetime) -> None:
        self.tables.outbox[parcel.id] = _Due(parcel, due)

    def put_once(self, parcel: Parcel, due: datetime) -> bool:
        is_new = parcel.id not in self.tables.outbox
        if is_new:
            self.put(parcel, due)
        return is_new

    def put_anew(self, parcel: Parcel, due: datetime) -> None:
        held = self.tables.outbox.get(parcel.id)
        attempts = held.parcel.attempts + 1 if held else parcel.attempts
        self.put(replace(parcel, attempts=attempts), due)

    def standing(self, kind: str, reference: str) -> list[Parcel]:
        held = sorted(self.tables.outbox.values(), key=lambda d: d.parcel.id)
        of_kind = [d.parcel for d in held if d.parcel.kind == kind and not d.done]
        return [p for p in of_kind if p.payload.get("reference") == reference]

    def holds_lease(self, parcel: Parcel) -> bool:
        held = self.tables.outbox.get(parcel.id)
        return bool(held and not held.done and held.parcel.attempts == parcel.attempts)

    def lease(self, kind: str, now: datetime, until: datetime, limit: int) -> list[Parcel]:
        ready = [
            d
            for d in self.tables.outbox.values()
            if d.parcel.kind == kind and not d.done and d.due <= now
        ]
        leased = sorted(ready, key=lambda d: d.due)[:limit]
        for item in leased:
            item.due = until
            item.parcel = replace(item.parcel, attempts=item.parcel.attempts + 1)
        return [item.parcel for item in leased]

    def done(self, parcel_id: str, now: datetime) -> None:
        if parcel_id in self.tables.outbox:
            self.tables.outbox[parcel_id].done = True

    def again(self, parcel_id: str, due: datetime, error: str) -> None:
        item = self.tables.outbox[parcel_id]
        item.due, item.parcel = due, replace(item.parcel, last_error=error)

    def untried(self, parcel_id: str, due: datetime) -> None:
        item = self.tables.outbox[parcel_id]
        item.due, item.parcel = due, replace(item.parcel, attempts=item.parcel.attempts - 1)

    def give_up(self, parcel_id: str, now: datetime, error: str) -> None:
        item = self.tables.outbox[parcel_id]
        item.done, item.parcel = True, replace(item.parcel, last_error=error)

    def waiting(self, kind: str) -> int:
        return sum(d.parcel.kind == kind and not d.done for d in self.tables.outbox.values())


@dataclass
class _SmsNumbers:
    tables: MemoryTables

    def opt_out(self, address: str, at: datetime) -> None:
        self.tables.opted_out.add(address)

    def opt_in(self, address: str) -> None:
        self.tables.opted_out.discard(address)

    def opted_out(self, address: str) -> bool:
        return address in self.tables.opted_out


@dataclass
class _EqualityAnswers:
    tables: MemoryTables

    def put(self, sheet: AnswerSheet) -> None:
        self.tables.equality[sheet.link] = sheet

    def has(self, link: str) -> bool:
        return link in self.tables.equality

    def forget(self, link: str) -> None:
        self.tables.equality.pop(link, None)
