"""Conversations of a phone number: texted from it, or with it among the contact details.

Contact details and answers in forms are salted as they are sealed, so they cannot be looked up:
each is opened and compared. That is for a command, not for a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from bot.stores import schema as t
from bot.stores.sealed_types import is_held_as
from channels.sms.numbers import NumberUnknown, clean_number

AT_ONCE = 1000


def texted_from(db: sa.Connection, number: str) -> set[str]:
    """Ids of the conversations by text of ``number``, also where they went on by the web."""
    c = t.conversations.c
    return set(db.execute(sa.select(c.id).where(is_held_as(db, c.address, number))).scalars())


def left_in(db: sa.Connection, number: str) -> set[str]:
    """Ids of the conversations in which ``number`` was left: as an answer in a form, to be called
    back on, or for news of a report or a reminder. It need not be the citizen's own."""
    found = {one for one, told in _details(db) if number in _numbers(told)}
    there = t.conversations.c.id
    return set(db.execute(sa.select(there).where(there.in_(found))).scalars())


def _details(db: sa.Connection) -> Iterator[tuple[str, Any]]:
    """Pairs of a conversation's id and something that may hold a number."""
    c, h, o = t.conversations.c, t.handoffs.c, t.outbox.c
    named = o.payload["conversation_id"].as_string()
    phone = o.payload["phone"].as_string()
    for query in (
        sa.select(c.id, c.told),
        sa.select(h.conversation_id, h.contact),
        sa.select(h.conversation_id, h.summary),
        sa.select(named, phone).where(named.is_not(None), phone.is_not(None)),
    ):
        rows = db.execute(query.execution_options(yield_per=AT_ONCE))
        yield from ((one, told) for one, told in rows)


def _numbers(told: Any) -> Iterator[str]:
    """Every phone number in ``told``, as ``clean_number`` writes it."""
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _numbers(value)
    elif isinstance(told, list):
        for value in told:
            yield from _numbers(value)
    elif isinstance(told, str) and any(letter.isdecimal() for letter in told):
        try:
            yield clean_number(told)
        except NumberUnknown:
            return
