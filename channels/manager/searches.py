"""Searches of the council's pages that found nothing: how many, about what, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.service_card import ServiceCard
from bot.stores import schema as t
from channels.manager.ends import NO_SERVICE
from channels.manager.misunderstood import Missed, Redact, missed_by, not_safeguarding
from channels.manager.tools import Place

MOST = 100


@dataclass(frozen=True)
class Search:
    """Searches about one service, or about none. ``number`` is None where it is too small to be
    shown."""

    name: str
    number: int | None


def searches_by_service(
    db: sa.Connection,
    since: datetime,
    cards: Mapping[str, ServiceCard],
    published: Callable[[Mapping[Place, int]], Mapping[Place, int | None]],
) -> list[Search]:
    """How many conversations searched in vain, by service, the most first. Small numbers are hidden
    and the rest rounded, as in the open data."""
    asked = _counted(db, since)
    places: Counter[Place] = Counter()
    for service, number in asked.items():
        places[frozenset({("service", service)})] += number
        places[frozenset()] += number
    shown = published(places)
    return [
        Search(_name(cards, service), shown.get(frozenset({("service", service)})))
        for service, _ in asked.most_common()
    ]


def searches_in_words(db: sa.Connection, redact: Redact, since: datetime) -> list[Missed]:
    """What was searched for, redacted, the latest first; the same words once."""
    turns = t.turn_records
    query = turns.select().where(turns.c.at >= since, turns.c.nothing_found)
    query = query.where(not_safeguarding(turns))
    rows = db.execute(query.order_by(turns.c.at.desc()).limit(MOST)).mappings()
    found = (missed_by(db, redact, row) for row in rows)
    once = {one.text.casefold(): one for one in reversed([one for one in found if one])}
    return list(reversed(once.values()))


def _counted(db: sa.Connection, since: datetime) -> Counter[str]:
    turns = t.turn_records
    service = sa.func.coalesce(turns.c.service, NO_SERVICE)
    many = sa.func.count(sa.distinct(turns.c.conversation_id))
    query = sa.select(service, many).where(turns.c.at >= since, turns.c.nothing_found)
    return Counter({name: number for name, number in db.execute(query.group_by(service))})


def _name(cards: Mapping[str, ServiceCard], service: str) -> str:
    if service == NO_SERVICE:
        return "No service"
    return cards[service].name("en") if service in cards else service
