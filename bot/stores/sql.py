"""Every store port on SQLAlchemy Core: SQLite by default, PostgreSQL where a council runs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.conversation import Conversation
from bot.equality import AnswerSheet
from bot.errors import HandoffTaken
from bot.handoff import OPEN, Handoff, HandoffStatus
from bot.message import Medium, Message, Sender, button_from_json
from bot.need import Circumstances
from bot.outcome import Outcome
from bot.ports import Parcel, Standing, UnitOfWork
from bot.stores import schema as t
from bot.stores.beside_case_sql import SqlConsents, SqlCouncilCases, SqlFeedbacks
from bot.stores.sealed_types import is_held_as
from bot.turn_record import TurnRecord

_insert_into: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
Row = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class SqlStore:
    """A Store on one engine."""

    engine: sa.Engine

    def begin(self) -> UnitOfWork:
        """A transaction on a connection of its own."""
        return SqlWork(self.engine)


class SqlWork:
    """One transaction. Rolled back on leaving unless committed."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> SqlWork:
        self._connection = self._engine.connect()
        connection = self._connection
        self.conversations = _Conversations(connection)
        self.messages = _Messages(connection)
        self.handoffs = _Handoffs(connection)
        self.records = _Records(connection)
        self.outbox = _Outbox(connection)
        self.sms_numbers = _SmsNumbers(connection)
        self.equality = _EqualityAnswers(connection)
        self.council_cases = SqlCouncilCases(connection)
        self.consents = SqlConsents(connection)
        self.feedback = SqlFeedbacks(connection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.rollback()
        self._connection.close()

    def commit(self) -> None:
        """Keep everything done so far."""
        self._connection.commit()


@dataclass(frozen=True)
class _Conversations:
    db: sa.Connection

    def add(self, conversation: Conversation) -> None:
        self.db.execute(t.conversations.insert(), [_conversation_row(conversation)])

    def get(self, conversation_id: str) -> Conversation | None:
        query = t.conversations.select().where(t.conversations.c.id == conversation_id)
        return _one(self.db, query, _to_conversation)

    def latest_at(self, address: str) -> Conversation | None:
        c = t.conversations.c
        query = t.conversations.select().where(is_held_as(self.db, c.address, address))
        return _one(self.db, query.order_by(c.last_at.desc()).limit(1), _to_conversation)

    def all_at(self, address: str) -> list[Conversation]:
        c = t.conversations.c
        query = t.conversations.select().where(is_held_as(self.db, c.address, address))
        return _all(self.db, query.order_by(c.started_at), _to_conversation)

    def last_heard(self, since: datetime, until: datetime) -> list[Conversation]:
        query = t.conversations.select().where(t.conversations.c.last_at.between(since, until))
        return _all(self.db, query, _to_conversation)

    def save(self, conversation: Conversation) -> None:
        row = _conversation_row(conversation)
        change = t.conversations.update().where(t.conversations.c.id == conversation.id)
        self.db.execute(change.values(row))

    def touch(self, conversation_id: str, at: datetime) -> None:
        change = t.conversations.update().where(t.conversations.c.id == conversation_id)
        self.db.execute(change.values(last_at=at))


@dataclass(frozen=True)
class _Messages:
    db: sa.Connection

    def accept(
        self, message: Message, provider: str | None = None, provider_id: str | None = None
    ) -> bool:
        row = _message_row(message) | {
            "provider": provider,
            "provider_id": provider_id,
            "answered": False,
        }
        # Nothing is kept when the same client_id or provider_id is held already.
        keep = _insert_into[self.db.dialect.name](t.messages).on_conflict_do_nothing()
        return self.db.execute(keep.returning(t.messages.c.seq), row).first() is not None

    def accepted_as(self, conversation_id: str, client_id: str) -> Message | None:
        c = t.messages.c
        query = t.messages.select().where(c.conversation_id == conversation_id)
        return _one(self.db, query.where(c.client_id == client_id), to_message)

    def add(self, *messages: Message, in_reply_to: str | None = None) -> None:
        more = {"in_reply_to": in_reply_to, "answered": True}
        if messages:
            self.db.execute(t.messages.insert(), [_message_row(one) | more for one in messages])

    def get(self, message_id: str) -> Message | None:
        query = t.messages.select().where(t.messages.c.id == message_id)
        return _one(self.db, query, to_message)

    def of(self, conversation_id: str, after: str | None = None) -> list[Message]:
        c = t.messages.c
        query = t.messages.select().where(c.conversation_id == conversation_id).order_by(c.seq)
        if after is not None:
            seq = sa.select(c.seq).where(c.id == after).scalar_subquery()
            query = query.where(c.seq > sa.func.coalesce(seq, 0))
        return _all(self.db, query, to_message)

    def latest(self, conversation_id: str, limit: int) -> list[Message]:
        c = t.messages.c
        query = t.messages.select().where(c.conversation_id == conversation_id)
        return _all(self.db, query.order_by(c.seq.desc()).limit(limit), to_message)[::-1]

    def replies_to(self, message_id: str) -> list[Message]:
        c = t.messages.c
        query = t.messages.select().where(c.in_reply_to == message_id).order_by(c.seq)
        return _all(self.db, query, to_message)

    def answered(self, message_id: str) -> bool:
        query = sa.select(t.messages.c.answered).where(t.messages.c.id == message_id)
        return bool(self.db.execute(query).scalar_one())

    def by_text(self, message_id: str) -> bool:
        query = sa.select(t.messages.c.provider).where(t.messages.c.id == message_id)
        return self.db.execute(query).scalar() is not None

    def standing(self, message: Message) -> Standing:
        values = {
            "message": message.id,
            "conversation": message.conversation_id,
            "waiting": HandoffStatus.WAITING.value,
        }
        row = self.db.execute(_STANDING, values).one()
        if row.answered is None:
            raise LookupError(f"message {message.id} is not held")
        return Standing(bool(row.answered), int(row.turns), int(row.waiting))

    def mark_answered(self, message_id: str) -> bool:
        c = t.messages.c
        change = t.messages.update().where(c.id == message_id, ~c.answered)
        return self.db.execute(change.values(answered=True)).rowcount == 1

    def unanswered(self, before: datetime) -> list[Message]:
        c = t.messages.c
        query = t.messages.select().where(~c.answered, c.at < before).order_by(c.seq)
        return _all(self.db, query, to_message)


_STANDING = sa.select(
    sa.select(t.messages.c.answered)
    .where(t.messages.c.id == sa.bindparam("message"))
    .scalar_subquery()
    .label("answered"),
    sa.select(sa.func.count())
    .select_from(t.turn_records)
    .where(t.turn_records.c.conversation_id == sa.bindparam("conversation"))
    .scalar_subquery()
    .label("turns"),
    sa.select(sa.func.count())
    .select_from(t.handoffs)
    .where(t.handoffs.c.status == sa.bindparam("waiting"))
    .scalar_subquery()
    .label("waiting"),
)


@dataclass(frozen=True)
class _Handoffs:
    db: sa.Connection

    def add(self, handoff: Handoff) -> None:
        self.db.execute(t.handoffs.insert(), [_handoff_row(handoff)])

    def get(self, handoff_id: str) -> Handoff | None:
        query = t.handoffs.select().where(t.handoffs.c.id == handoff_id)
        return _one(self.db, query, to_handoff)

    def open_of(self, conversation_id: str) -> Handoff | None:
        c = t.handoffs.c
        query = t.handoffs.select().where(c.conversation_id == conversation_id)
        return _one(self.db, query.where(c.status.in_([s.value for s in OPEN])), to_handoff)

    def of(self, conversation_id: str) -> list[Handoff]:
        c = t.handoffs.c
        query = t.handoffs.select().where(c.conversation_id == conversation_id)
        return _all(self.db, query.order_by(c.asked_at), to_handoff)

    def save(self, handoff: Handoff, was: Handoff) -> None:
        mine = t.handoffs.c.id == handoff.id
        # The row is locked, not compared in the UPDATE: what is sealed reads otherwise each time.
        # SQLite ignores the lock; there a transaction has the database to itself.
        if _one(self.db, t.handoffs.select().where(mine).with_for_update(), to_handoff) != was:
            raise HandoffTaken
        self.db.execute(t.handoffs.update().where(mine).values(_handoff_row(handoff)))

    def with_status(self, *statuses: HandoffStatus) -> list[Handoff]:
        c = t.handoffs.c
        query = t.handoffs.select().where(c.status.in_([s.value for s in statuses]))
        return _all(self.db, query.order_by(c.urgency != "urgent", c.asked_at), to_handoff)

    def count(self, status: HandoffStatus) -> int:
        where = t.handoffs.c.status == status.value
        query = sa.select(sa.func.count()).select_from(t.handoffs).where(where)
        return int(self.db.execute(query).scalar_one())

    def claimed_since(self, since: datetime) -> list[Handoff]:
        c = t.handoffs.c
        query = t.handoffs.select().where(c.claimed_at >= since)
        return _all(self.db, query.order_by(c.claimed_at), to_handoff)


@dataclass(frozen=True)
class _Records:
    db: sa.Connection

    def add_turn(self, record: TurnRecord) -> None:
        self.db.execute(t.turn_records.insert(), [_lists(asdict(record))])

    def turns_of(self, conversation_id: str) -> list[TurnRecord]:
        c = t.turn_records.c
        query = t.turn_records.select().where(c.conversation_id == conversation_id)
        return _all(self.db, query.order_by(c.turn), lambda row: TurnRecord(**_tuples(row)))

    def count_turns(self, conversation_id: str) -> int:
        c = t.turn_records.c
        query = sa.select(sa.func.count()).where(c.conversation_id == conversation_id)
        return int(self.db.execute(query).scalar_one())

    def add_outcome(self, outcome: Outcome) -> None:
        self.db.execute(t.outcomes.insert(), [asdict(outcome)])

    def outcomes_of(self, conversation_id: str) -> list[Outcome]:
        c = t.outcomes.c
        query = t.outcomes.select().where(c.conversation_id == conversation_id)
        return _all(self.db, query.order_by(c.at), lambda row: Outcome(**row))


@dataclass(frozen=True)
class _Outbox:
    db: sa.Connection

    def put(self, parcel: Parcel, due: datetime) -> None:
        self.db.execute(t.outbox.insert(), [asdict(parcel) | {"due": due}])

    def put_once(self, parcel: Parcel, due: datetime) -> bool:
        c = t.outbox.c
        held = self.db.execute(sa.select(c.id).where(c.id == parcel.id)).first()
        if held is None:
            self.put(parcel, due)
        return held is None

    def put_anew(self, parcel: Parcel, due: datetime) -> None:
        c = t.outbox.c
        counted = {"attempts": c.attempts + 1}  # a lease taken before holds no more
        anew = {"due": due, "done_at": None, "given_up_at": None, "last_error": ""}
        values = anew | counted | {"kind": parcel.kind, "payload": parcel.payload}
        change = t.outbox.update().where(c.id == parcel.id).values(**values)
        if not self.db.execute(change).rowcount:
            self.put(parcel, due)

    def standing(self, kind: str, reference: str) -> list[Parcel]:
        c = t.outbox.c
        query = t.outbox.select().where(
            c.kind == kind, c.done_at.is_(None), c.given_up_at.is_(None)
        )
        about = c.payload["reference"].as_string() == reference
        return _all(self.db, query.where(about).order_by(c.id), _parcel)

    def holds_lease(self, parcel: Parcel) -> bool:
        c = t.outbox.c
        same = (c.id == parcel.id, c.attempts == parcel.attempts)
        open_ = (c.done_at.is_(None), c.given_up_at.is_(None))
        change = t.outbox.update().where(*same, *open_).values(attempts=c.attempts)  # locks the row
        return self.db.execute(change).rowcount > 0

    def lease(self, kind: str, now: datetime, until: datetime, limit: int) -> list[Parcel]:
        c = t.outbox.c
        ready = (
            t.outbox.select()
            .where(c.kind == kind, c.due <= now, c.done_at.is_(None), c.given_up_at.is_(None))
            .order_by(c.due)
            .limit(limit)
            .with_for_update(skip_locked=True)  # ignored by SQLite, which has one writer
        )
        rows = self.db.execute(ready).mappings().all()
        if not rows:
            return []
        ids = [row["id"] for row in rows]
        change = t.outbox.update().where(c.id.in_(ids))
        self.db.execute(change.values(due=until, attempts=c.attempts + 1))
        return [replace(_parcel(_row(row)), attempts=row["attempts"] + 1) for row in rows]

    def done(self, parcel_id: str, now: datetime) -> None:
        self._change(parcel_id, done_at=now)

    def again(self, parcel_id: str, due: datetime, error: str) -> None:
        self._change(parcel_id, due=due, last_error=error)

    def untried(self, parcel_id: str, due: datetime) -> None:
        self._change(parcel_id, due=due, attempts=t.outbox.c.attempts - 1)

    def give_up(self, parcel_id: str, now: datetime, error: str) -> None:
        self._change(parcel_id, given_up_at=now, last_error=error)

    def waiting(self, kind: str) -> int:
        c = t.outbox.c
        query = sa.select(sa.func.count()).where(
            c.kind == kind, c.done_at.is_(None), c.given_up_at.is_(None)
        )
        return int(self.db.execute(query).scalar_one())

    def _change(self, parcel_id: str, **values: Any) -> None:
        self.db.execute(t.outbox.update().where(t.outbox.c.id == parcel_id).values(**values))


def _parcel(row: Row) -> Parcel:
    return Parcel(row["id"], row["kind"], row["payload"], row["attempts"], row["last_error"])


@dataclass(frozen=True)
class _SmsNumbers:
    db: sa.Connection

    def opt_out(self, address: str, at: datetime) -> None:
        self.opt_in(address)
        self.db.execute(t.sms_opt_outs.insert(), [{"address": address, "at": at}])

    def opt_in(self, address: str) -> None:
        self.db.execute(t.sms_opt_outs.delete().where(self._is(address)))

    def opted_out(self, address: str) -> bool:
        query = sa.select(sa.func.count()).where(self._is(address))
        return bool(self.db.execute(query).scalar_one())

    def _is(self, address: str) -> sa.ColumnElement[bool]:
        return is_held_as(self.db, t.sms_opt_outs.c.address, address)


def _one(db: sa.Connection, query: Any, make: Callable[[Row], T]) -> T | None:
    row = db.execute(query).mappings().first()
    return make(_row(row)) if row is not None else None


def _all(db: sa.Connection, query: Any, make: Callable[[Row], T]) -> list[T]:
    return [make(_row(row)) for row in db.execute(query).mappings()]


def _row(row: Any) -> Row:
    return {str(key): value for key, value in row.items()}


@dataclass(frozen=True)
class _EqualityAnswers:
    db: sa.Connection

    def put(self, sheet: AnswerSheet) -> None:
        self.forget(sheet.link)
        rows = [
            {
                "link": sheet.link,
                "question": question,
                "answer": answer,
                "scheme": sheet.scheme,
                "day": sheet.day,
            }
            for question, answer in sheet.answers.items()
        ]
        if rows:
            self.db.execute(t.equality_answers.insert(), rows)

    def has(self, link: str) -> bool:
        held = t.equality_answers.c.link == link
        return bool(self.db.execute(sa.select(sa.exists().where(held))).scalar_one())

    def forget(self, link: str) -> None:
        table = t.equality_answers
        self.db.execute(table.delete().where(table.c.link == link))


def _conversation_row(conversation: Conversation) -> dict[str, Any]:
    return vars(conversation) | {
        "medium": conversation.medium.value,
        "circumstances": conversation.circumstances.as_json(),
        "told": dict(conversation.told),
        "desk_waits": dict(conversation.desk_waits) if conversation.desk_waits else None,
    }


def _to_conversation(row: Row) -> Conversation:
    values = dict(row) | {
        "medium": Medium(row["medium"]),
        "circumstances": Circumstances.from_json(row["circumstances"]),
    }
    return Conversation(**values)


def _message_row(message: Message) -> dict[str, Any]:
    return vars(message) | {
        "sender": message.sender.value,
        "buttons": [button.as_json() for button in message.buttons],
    }


def to_message(row: Row) -> Message:
    """The message in a row of ``schema.messages``."""
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        sender=Sender(row["sender"]),
        text=row["text"],
        lang=row["lang"],
        at=row["at"],
        buttons=tuple(map(button_from_json, row["buttons"])),
        client_id=row["client_id"],
        changed_at=row["changed_at"],
        withdrawn=row["withdrawn"],
    )


def _handoff_row(handoff: Handoff) -> dict[str, Any]:
    return vars(handoff) | {
        "status": handoff.status.value,
        "reasons": list(handoff.reasons),
        "summary": dict(handoff.summary),
        "contact": dict(handoff.contact),
    }


def to_handoff(row: Row) -> Handoff:
    """The handoff in a row of ``schema.handoffs``."""
    values = dict(row) | {
        "status": HandoffStatus(row["status"]),
        "reasons": tuple(row["reasons"]),
    }
    return Handoff(**values)


def _lists(row: dict[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in row.items()}


def _tuples(row: Row) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
