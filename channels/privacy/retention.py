"""Clear up what the retention schedule says is over. Looking first and doing it use one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.council import LONDON
from bot.errors import BadInput
from bot.follow_up import REMINDER
from bot.handoff import OPEN
from bot.stores import schema as t
from channels.privacy.chatwoot_copies import erase_in_chatwoot
from channels.privacy.erase import Places, about, empty_journals, erase, erase_tracker
from channels.privacy.schedule import Schedule

AT_ONCE = 200
_WORDS_IN = (
    t.messages, t.message_changes, t.case_notes, t.photos, t.sms_log, t.resume_codes, t.feedback,
    t.council_cases, t.earlier_consents, t.chatwoot_cases,
)  # fmt: skip


class NothingToHold(BadInput):
    """There is no such conversation. It may be gone already."""


@dataclass(frozen=True)
class Due:
    """How much is over, by kind; ``held`` and ``open_cases``: would be, but must stay."""

    words_of_conversations: int
    whole_conversations: int
    equality_answers: int
    parcels: int
    staff_sessions: int
    sign_in_links: int
    log_files: int
    held: int
    open_cases: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Hold:
    """A conversation that stays: since when (UTC), by whom and why."""

    conversation_id: str
    since: datetime
    by: str
    reason: str


def preview(places: Places, logs: Path, schedule: Schedule, now: datetime) -> Due:
    """What would go at ``now`` (UTC); nothing is changed."""
    with places.engine.connect() as db:
        return Due(
            words_of_conversations=len(_words_over(db, schedule, now)),
            whole_conversations=len(_over(db, schedule.records, now)),
            equality_answers=_count(db, _old_answers(schedule, now)),
            parcels=_count(db, _old_parcels(schedule, now)),
            staff_sessions=_count(db, _old_sessions(schedule, now)),
            sign_in_links=_count(db, _old_links(schedule, now)),
            log_files=len(_old_logs(logs, schedule, now)),
            held=_count(db, (t.holds, sa.true())),
            open_cases=_open_cases(db, schedule, now),
        )


def clear_up(places: Places, logs: Path, schedule: Schedule, now: datetime) -> Due:
    """Let go of everything that is over; how much it was. Not to be undone."""
    done = preview(places, logs, schedule, now)
    with places.engine.connect() as db:
        whole = _over(db, schedule.records, now)
    erase(places, whole)
    with places.engine.connect() as db:
        words = _words_over(db, schedule, now)
    for start in range(0, len(words), AT_ONCE):
        _forget_words(places, words[start : start + AT_ONCE])
    with places.engine.begin() as db:
        for old in (_old_answers, _old_parcels, _old_sessions, _old_links):
            table, where = old(schedule, now)
            db.execute(table.delete().where(where))
    for path in _old_logs(logs, schedule, now):
        path.unlink(missing_ok=True)
    empty_journals(places)
    return done


def hold(engine: sa.Engine, held: Hold) -> None:
    """Keep a conversation whatever the schedule says. Raises NothingToHold."""
    with engine.begin() as db:
        there = sa.select(t.conversations.c.id).where(t.conversations.c.id == held.conversation_id)
        if db.execute(there).first() is None:
            raise NothingToHold
        db.execute(t.holds.delete().where(t.holds.c.conversation_id == held.conversation_id))
        db.execute(t.holds.insert(), [asdict(held)])


def release(engine: sa.Engine, conversation_id: str) -> bool:
    """Leave it to the schedule again. False when it was not held."""
    with engine.begin() as db:
        gone = db.execute(t.holds.delete().where(t.holds.c.conversation_id == conversation_id))
        return gone.rowcount == 1


def holds(engine: sa.Engine) -> list[Hold]:
    """Every hold, the oldest first."""
    with engine.begin() as db:
        rows = db.execute(t.holds.select().order_by(t.holds.c.since)).mappings()
        return [Hold(**row) for row in rows]


def _may_go(days: int, now: datetime) -> list[sa.ColumnElement[bool]]:
    """Nothing goes that the council still owes the citizen something about."""
    c = t.conversations.c
    open_ = sa.select(t.handoffs.c.conversation_id).where(
        t.handoffs.c.status.in_([status.value for status in OPEN])
    )
    return [
        c.last_at < now - timedelta(days=days),
        c.id.not_in(open_),
        c.id.not_in(sa.select(t.holds.c.conversation_id)),
        ~_to_be_looked_at(now),
        ~_to_be_reminded(),
    ]


def _to_be_looked_at(now: datetime) -> sa.ColumnElement[bool]:
    """Conversations with a case whose day to look at it again is still to come, or today; the
    citizen was told which."""
    h = t.handoffs.c
    today = now.astimezone(LONDON).date()
    return sa.exists().where(h.conversation_id == t.conversations.c.id, h.follow_up_on >= today)


def _to_be_reminded() -> sa.ColumnElement[bool]:
    """Conversations whose reminder of an appointment is still to be sent."""
    o = t.outbox.c
    named = o.payload["conversation_id"].as_string()
    waits = sa.and_(o.kind == REMINDER, o.done_at.is_(None), o.given_up_at.is_(None))
    return sa.exists().where(waits, named == t.conversations.c.id)


def _over(db: sa.Connection, days: int, now: datetime) -> list[str]:
    query = sa.select(t.conversations.c.id).where(*_may_go(days, now))
    return list(db.execute(query).scalars())


def _words_over(db: sa.Connection, schedule: Schedule, now: datetime) -> list[str]:
    """Those whose words are over and still there, and which are not gone as a whole."""
    c = t.conversations.c
    kept = [c.id.in_(sa.select(table.c.conversation_id)) for table in _WORDS_IN]
    still = sa.or_(c.address.is_not(None), c.token_hash.is_not(None), *kept)
    newer = c.last_at >= now - timedelta(days=schedule.records)
    query = sa.select(c.id).where(*_may_go(schedule.words, now), still, newer)
    return list(db.execute(query).scalars())


def _forget_words(places: Places, ids: Sequence[str]) -> None:
    """What the audit reads stays: turns, cases without what they say, outcomes."""
    erase_tracker(places, ids)
    with places.engine.begin() as db:
        erase_in_chatwoot(db, ids)
        for table in _WORDS_IN:
            db.execute(table.delete().where(table.c.conversation_id.in_(ids)))
        db.execute(t.outbox.delete().where(about(ids), ~_leads_to_texts()))
        cases = t.handoffs.update().where(t.handoffs.c.conversation_id.in_(ids))
        db.execute(cases.values(summary={}, contact={}, note=""))
        rest = t.conversations.update().where(t.conversations.c.id.in_(ids))
        db.execute(rest.values(address=None, token_hash=None, told={}))


_Old = tuple[sa.Table, sa.ColumnElement[bool]]


def _old_answers(schedule: Schedule, now: datetime) -> _Old:
    day = (now - timedelta(days=schedule.equality)).date()
    return t.equality_answers, t.equality_answers.c.day < day


def _old_parcels(schedule: Schedule, now: datetime) -> _Old:
    c, before = t.outbox.c, now - timedelta(days=schedule.outbox)
    return t.outbox, sa.and_(sa.or_(c.done_at < before, c.given_up_at < before), ~_leads_to_texts())


def _leads_to_texts() -> sa.ColumnElement[bool]:
    """Parcels of texts that told the news of a conversation which is still there. Only they know
    that those texts, which are in a conversation of their own, go when it is erased."""
    named = t.outbox.c.payload["conversation_id"].as_string()
    there = sa.exists().where(t.conversations.c.id == named)
    return sa.and_(t.outbox.c.kind == "sms", there)


def _old_sessions(schedule: Schedule, now: datetime) -> _Old:
    before = now - timedelta(days=schedule.sessions)
    return t.staff_sessions, t.staff_sessions.c.expires_at < before


def _old_links(schedule: Schedule, now: datetime) -> _Old:
    before = now - timedelta(days=schedule.sessions)
    return t.sign_in_links, t.sign_in_links.c.expires_at < before


def _old_logs(logs: Path, schedule: Schedule, now: datetime) -> list[Path]:
    before = (now - timedelta(days=schedule.logs)).timestamp()
    return [path for path in logs.glob("*.log*") if path.stat().st_mtime < before]


def _open_cases(db: sa.Connection, schedule: Schedule, now: datetime) -> int:
    status = t.handoffs.c.status.in_([status.value for status in OPEN])
    old = t.conversations.c.last_at < now - timedelta(days=schedule.words)
    joined = t.handoffs.join(t.conversations)
    query = sa.select(sa.func.count()).select_from(joined).where(status, old)
    return int(db.execute(query).scalar_one())


def _count(db: sa.Connection, old: _Old) -> int:
    table, where = old
    return int(db.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one())
