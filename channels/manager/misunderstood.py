"""Messages that the assistant did not understand, redacted, newest first.

Three signs: the turn itself ended so; the citizen then chose "something else"; an agent put the
label ``misunderstood`` on the case. A conversation that the safeguarding team has or had a case of
is not among them: what is said there is for few eyes, and redaction finds only patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.stores import schema as t
from bot.stores.guarded import guarded_conversations

DAYS = timedelta(days=30)
MOST = 100
LABEL = "misunderstood"
SOMETHING_ELSE = "something_else"
NOT_UNDERSTOOD, ELSE, AGENT = "not understood", "chose something else", "an agent says so"
SETTLED = ("phrase_learned", "message_set_aside")
"""Entries of the staff log after which a message is not shown again; ``message_taken_up`` undoes
either."""
TAKEN_UP = "message_taken_up"
Redact = Callable[[str, Iterable[str]], str]


@dataclass(frozen=True)
class Missed:
    """One message. ``why``: which sign; ``heard``: the intent that was understood instead."""

    id: str
    at: datetime
    language: str
    text: str
    why: str
    heard: str


def missed(db: sa.Connection, redact: Redact, now: datetime) -> list[Missed]:
    """Up to ``MOST`` messages of the last ``DAYS`` that nobody has settled."""
    turns = [*_of_turns(db, now - DAYS), *_of_labels(db, now - DAYS)]
    done, found = _settled(db), dict[str, Missed]()
    for turn, why in sorted(turns, key=lambda one: one[0]["at"], reverse=True):
        message = _answered_by(db, turn)
        if message is None or message["id"] in done or message["id"] in found:
            continue
        told = redact(message["text"], _contacts(db, turn["conversation_id"]))
        language = turn["language"]
        one = Missed(message["id"], turn["at"], language, told, why, turn["intent"])
        found[one.id] = one
        if len(found) == MOST:
            break
    return list(found.values())


def out_of_reach(db: sa.Connection, redact: Redact, now: datetime) -> list[Missed]:
    """Messages about what no service of ours is for, so that somebody can see what is missing."""
    turns = t.turn_records
    query = turns.select().where(turns.c.at >= now - DAYS, turns.c.kind == "out_of_scope")
    query = query.where(not_safeguarding(turns))
    query = query.where(turns.c.fallback.is_(False), turns.c.misunderstood.is_(False))
    rows = db.execute(query.order_by(turns.c.at.desc()).limit(MOST)).mappings()
    found = (missed_by(db, redact, turn) for turn in rows)
    return [one for one in found if one]


def missed_by(db: sa.Connection, redact: Redact, turn: sa.RowMapping) -> Missed | None:
    """The citizen's message of a turn, redacted; None when it is no longer held."""
    message = _answered_by(db, turn)
    if message is None:
        return None
    told = redact(message["text"], _contacts(db, turn["conversation_id"]))
    return Missed(message["id"], turn["at"], turn["language"], told, "", turn["intent"])


def not_safeguarding(turns: sa.FromClause) -> sa.ColumnElement[bool]:
    """That a turn is of a conversation without any case that is or was safeguarding's."""
    return turns.c.conversation_id.not_in(guarded_conversations())


def find_missed(db: sa.Connection, redact: Redact, now: datetime, message: str) -> Missed | None:
    """One of them, or None."""
    return next((one for one in missed(db, redact, now) if one.id == message), None)


def _of_turns(db: sa.Connection, since: datetime) -> Iterator[tuple[sa.RowMapping, str]]:
    turns, before = t.turn_records, t.turn_records.alias()
    own = sa.or_(turns.c.misunderstood, turns.c.fallback)
    query = turns.select().where(turns.c.at >= since, own, not_safeguarding(turns))
    for row in db.execute(query.order_by(turns.c.at.desc()).limit(MOST * 2)).mappings():
        yield row, NOT_UNDERSTOOD
    joined = before.join(
        turns,
        sa.and_(
            turns.c.conversation_id == before.c.conversation_id, turns.c.turn == before.c.turn + 1
        ),
    )
    left = sa.select(before).select_from(joined)
    left = left.where(turns.c.at >= since, turns.c.intent == SOMETHING_ELSE)
    left = left.where(before.c.service.is_not(None), not_safeguarding(before))
    for row in db.execute(left.order_by(before.c.at.desc()).limit(MOST)).mappings():
        yield row, ELSE


def _of_labels(db: sa.Connection, since: datetime) -> Iterator[tuple[sa.RowMapping, str]]:
    turns, labels = t.turn_records, t.case_labels
    joined = turns.join(labels, labels.c.conversation_id == turns.c.conversation_id)
    query = sa.select(turns).select_from(joined)
    query = query.where(turns.c.at >= since, labels.c.label == LABEL, turns.c.intent != "")
    query = query.where(not_safeguarding(turns))
    for row in db.execute(query.order_by(turns.c.at.desc()).limit(MOST)).mappings():
        yield row, AGENT


def _answered_by(db: sa.Connection, turn: sa.RowMapping) -> sa.RowMapping | None:
    """The citizen's message of a turn: a turn's record is made right after its replies."""
    m = t.messages
    reply = (
        sa.select(m.c.in_reply_to)
        .where(m.c.conversation_id == turn["conversation_id"])
        .where(m.c.in_reply_to.is_not(None), m.c.at <= turn["at"])
        .order_by(m.c.seq.desc())
        .limit(1)
    )
    return db.execute(m.select().where(m.c.id == reply.scalar_subquery())).mappings().first()


def _contacts(db: sa.Connection, conversation: str) -> list[str]:
    """What the citizen gave so that they could be reached: it goes wherever it is said."""
    query = sa.select(t.handoffs.c.contact).where(t.handoffs.c.conversation_id == conversation)
    held = (contact for (contact,) in db.execute(query))
    return [str(v) for contact in held for v in (contact or {}).values() if isinstance(v, str)]


def _settled(db: sa.Connection) -> set[str]:
    log = t.staff_log
    query = sa.select(log.c.subject, log.c.action).where(log.c.action.in_((*SETTLED, TAKEN_UP)))
    last = {subject: action for subject, action in db.execute(query.order_by(log.c.seq))}
    return {subject for subject, action in last.items() if action != TAKEN_UP}
