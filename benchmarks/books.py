"""The reconciliation of a soak: what citizens' programs know beside what everybody else holds.

Of every message a citizen's program got accepted: it was kept once, answered or handed to a person,
and recorded once. No conversation has two people on the way. Whoever was given a reference finds
one report, one booking or one case at the council, and nobody has two. Every event is at the
broker.
"""

from __future__ import annotations

import re
import sqlite3
import statistics
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pika
import sqlalchemy as sa

from channels.platform.broker import QUEUE

COUNCIL = {
    "report": "SELECT attributes FROM requests",
    "booking": "SELECT contact FROM bookings WHERE cancelled_at IS NULL",
    "case": "SELECT content FROM cases",
}
"""What the council may be told, and where the sandbox keeps it. A mark in it names the talk."""
MARK = re.compile("mark[a-p]{16}")


def mark_of(conversation: str) -> str:
    """A made-up word for a talk, which a citizen says as part of what the council is told."""
    return "mark" + conversation[:16].translate(
        str.maketrans("0123456789abcdef", "ghijklmnopabcdef")
    )


@dataclass
class Books:
    """What the citizens' programs know. ``accepted``: (conversation, client id); ``promised``: what
    they were given a reference for, and the mark of the talk; ``odd``: answers nobody should
    get; ``seconds``: from the first try to the answer."""

    accepted: list[tuple[str, str]] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    promised: list[tuple[str, str]] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    retries: int = 0
    seconds: list[float] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Held:
    """What the other side holds: the database, the council and the broker."""

    kept: Counter[tuple[str, str]]
    asked: Counter[str]
    unanswered: tuple[str, ...]
    turns: Counter[str]
    endings: Counter[str]
    handoffs: int
    on_the_way: Counter[str]
    council: dict[str, Counter[str]]
    events: frozenset[str]
    at_broker: Counter[str]


@dataclass(frozen=True)
class Balance:
    """The reconciliation: counts, and ``wrong``, which is empty when the books balance."""

    counts: dict[str, int]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        width = max(map(len, self.counts))
        lines = [f"{name:<{width}}  {count:>7,}" for name, count in self.counts.items()]
        return "\n".join([*lines, *(f"WRONG: {w}" for w in self.wrong)])


def reconcile(books: Books, held: Held) -> Balance:
    """Compare both sides."""
    lost, doubled = list(_lost(books, held)), list(_doubled(held))
    counts = {
        "messages accepted": len(books.accepted),
        "tried again": books.retries,
        "given up": len(books.given_up),
        "messages kept": held.asked.total(),
        "turns recorded": held.turns.total(),
        **{f"turns that ended {name}": n for name, n in sorted(held.endings.items())},
        "conversations": len(held.asked),
        "handed to a person": held.handoffs,
        "people on the way": held.on_the_way.total(),
        **{f"{kind}s at the council": n.total() for kind, n in held.council.items()},
        "references given": len(books.promised),
        "events at the broker": len(held.at_broker),
        "processes killed": books.kills.total(),
        "lost": len(lost),
        "doubled": len(doubled),
    }
    given_up = (f"given up: {one}" for one in books.given_up)
    return Balance(counts, (*lost, *doubled, *given_up, *books.odd))


def _lost(books: Books, held: Held) -> Iterator[str]:
    yield from (f"lost: {one}" for one in books.accepted if not held.kept[one])
    yield from (f"not answered: {one}" for one in held.unanswered)
    yield from (
        f"{n} messages and {held.turns[c]} turns: {c}"
        for c, n in held.asked.items()
        if held.turns[c] < n
    )
    yield from (
        f"a reference, but no {kind} at the council: {c}"
        for kind, c in books.promised
        if not held.council[kind][c]
    )
    yield from (f"event not at the broker: {one}" for one in held.events - held.at_broker.keys())


def _doubled(held: Held) -> Iterator[str]:
    yield from (f"kept {n} times: {one}" for one, n in held.kept.items() if n > 1)
    yield from (
        f"{held.asked[c]} messages and {n} turns: {c}"
        for c, n in held.turns.items()
        if n > held.asked[c]
    )
    yield from (f"{n} people on the way: {c}" for c, n in held.on_the_way.items() if n > 1)
    for kind, of in held.council.items():
        yield from (f"{n} {kind}s at the council: {c}" for c, n in of.items() if n > 1)


def read_held(engine: sa.Engine, sandbox: Path, broker: str) -> Held:
    """Everything that is held, read when all is quiet (``all_quiet``)."""
    with engine.connect() as db:
        rows = _rows(
            db, "SELECT conversation_id, client_id, answered FROM messages WHERE sender = 'citizen'"
        )
        endings = _column(db, "SELECT ending FROM turn_records")
        waiting = "SELECT conversation_id FROM handoffs WHERE status IN ('waiting', 'claimed')"
        return Held(
            kept=Counter((row[0], row[1]) for row in rows if row[1]),
            asked=Counter(row[0] for row in rows),
            unanswered=tuple(row[0] for row in rows if not row[2]),
            turns=Counter(_column(db, "SELECT conversation_id FROM turn_records")),
            endings=Counter(
                name if name.startswith("error_") else f"{name.partition('_')[0]}_*"
                for name in endings
            ),
            handoffs=len(_column(db, "SELECT id FROM handoffs")),
            on_the_way=Counter(_column(db, waiting)),
            council={kind: _told(sandbox, query) for kind, query in COUNCIL.items()},
            events=frozenset(_column(db, "SELECT id FROM outbox WHERE kind = 'event'")),
            at_broker=at_broker(broker),
        )


def all_quiet(engine: sa.Engine) -> bool:
    """Whether nobody waits for an answer and no event for the broker; not while the database is
    getting up again."""
    waiting = (
        "SELECT count(*) FROM messages WHERE NOT answered",
        "SELECT count(*) FROM outbox WHERE kind = 'event' AND done_at IS NULL",
    )
    try:
        with engine.connect() as db:
            return not any(db.execute(sa.text(query)).scalar_one() for query in waiting)
    except sa.exc.OperationalError:
        return False


def at_broker(url: str) -> Counter[str]:
    """How often each event is in the queue, by its id. It stays there."""
    found: Counter[str] = Counter()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        while True:
            method, properties, _ = channel.basic_get(QUEUE)  # not acknowledged
            if method is None:
                return found
            found[properties.message_id] += 1


def waits(seconds: Sequence[float]) -> str:
    """How long answers took, in words."""
    cuts = statistics.quantiles(seconds, n=100)
    return (
        f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, p99 {cuts[98]:.1f} s, "
        f"longest {max(seconds):.1f} s"
    )


def _rows(db: sa.Connection, query: str) -> Sequence[sa.Row[tuple[str, str, bool]]]:
    return db.execute(sa.text(query)).all()


def _column(db: sa.Connection, query: str) -> list[str]:
    return list(db.execute(sa.text(query)).scalars())


def _told(sandbox: Path, query: str) -> Counter[str]:
    """How often the council was told something, by the mark of the talk."""
    with closing(sqlite3.connect(sandbox, timeout=30)) as db:
        return Counter(mark for (text,) in db.execute(query) for mark in set(MARK.findall(text)))
