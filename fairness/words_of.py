"""What was said in conversations, redacted: for coding needs and for looking behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.stores.guarded import guarded_conversations
from fairness.errors import ContactsSealed
from fairness.redact import redact

Opens = Callable[[Any], Any]
"""Opens contact details as the database holds them."""


def not_sealed(held: Any) -> Any:
    """Contact details that nobody sealed. Raises ContactsSealed for others."""
    if isinstance(held, str):
        raise ContactsSealed
    return held


@dataclass(frozen=True)
class Line:
    """One message. ``sender``: citizen, assistant, agent or system."""

    sender: str
    lang: str
    text: str


def words_of(
    connection: sa.Connection,
    ids: Sequence[str],
    senders: Sequence[str] = (),
    opens: Opens = not_sealed,
) -> Mapping[str, tuple[Line, ...]]:
    """The lines of each conversation in order; of ``senders`` only, where any are named. Those that
    no auditor may read are left out.

    Raises ContactsSealed.
    """
    ids = open_to_auditors(connection, ids)
    known = _contacts(connection, ids, opens)
    named = ("conversation_id", "seq", "sender", "lang", "text")
    messages = sa.table("messages", *map(sa.column, named))
    query = (
        sa.select(messages)
        .where(messages.c.conversation_id.in_(list(ids)))
        .order_by(messages.c.seq)
    )
    found: dict[str, list[Line]] = {name: [] for name in ids}
    for row in connection.execute(query).mappings():
        name = row["conversation_id"]
        if not senders or row["sender"] in senders:
            told = redact(row["text"], known.get(name, ()))
            found[name].append(Line(row["sender"], row["lang"], told))
    return {name: tuple(lines) for name, lines in found.items()}


def open_to_auditors(connection: sa.Connection, ids: Iterable[str]) -> list[str]:
    """``ids`` in their order, without conversations that are or were a safeguarding case: they are
    for few eyes, and redaction finds only patterns."""
    guarded = set(connection.execute(guarded_conversations()).scalars())
    return [name for name in ids if name not in guarded]


def _contacts(
    connection: sa.Connection, ids: Sequence[str], opens: Opens
) -> Mapping[str, tuple[str, ...]]:
    """What citizens gave so that they could be reached: it goes wherever it is said."""
    handoffs = sa.table("handoffs", sa.column("conversation_id"), sa.column("contact", sa.JSON))
    query = sa.select(handoffs).where(handoffs.c.conversation_id.in_(list(ids)))
    found: dict[str, tuple[str, ...]] = {}
    for name, contact in connection.execute(query):
        held = opens(contact) or {}
        told = tuple(str(v) for v in held.values() if isinstance(v, str | int))
        found[name] = (*found.get(name, ()), *told)
    return found
