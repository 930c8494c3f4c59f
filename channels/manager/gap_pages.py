"""What we have no answer for, what silence hides, and the month's figures for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.council import LONDON
from bot.need import NeedKind, Urgency
from bot.page import Page
from bot.service_card import ServiceCard
from bot.stores import schema as t
from channels.desk.csv_out import as_csv
from channels.manager.base import Bench, Manager
from channels.manager.ends import ENDS, NO_SERVICE, Ended, ended
from channels.manager.misunderstood import out_of_reach
from channels.manager.searches import searches_by_service, searches_in_words
from channels.manager.tools import Place

DAYS = timedelta(days=30)
MONTHS = 12
COLUMNS = ("month", "by", "group", "how_it_ended", "conversations")
HIDDEN = "hidden"


@dataclass(frozen=True)
class Gap:
    """A service that was asked for and that no page may be quoted about."""

    name: str
    asked: int
    page: str


@dataclass(frozen=True)
class Held:
    """How the conversations about one thing ended. ``share``: contained, of all."""

    name: str
    ends: Mapping[str, int]
    all: int
    share: float


@dataclass(frozen=True)
class Risk:
    """Conversations about one thing that no person had, and how many of them should give pause."""

    name: str
    without: int
    pause: int
    urgent: bool


class GapPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def show(self, request: Request, who: Manager) -> Response:
        """Services without a page, what we do not do, and how conversations ended."""
        now = self._bench.now()
        cards = self._bench.cards()
        with self._bench.parts.engine.connect() as db:
            counts = ended(db, now - DAYS, now)
            asked = _asked(db, now - DAYS)
            beyond = out_of_reach(db, self._bench.tools.redact, now)
            in_vain = searches_by_service(db, now - DAYS, cards, self._bench.tools.published)
            searched = searches_in_words(db, self._bench.tools.redact, now - DAYS)
        return self._bench.page(
            request,
            "manager_gaps.html",
            who,
            gaps=_gaps(asked, cards, self._bench.tools.pages(), now.date()),
            beyond=beyond,
            in_vain=in_vain,
            searched=searched,
            held=_held(counts, lambda one: _name(cards, one.service)),
            spoken=_held(counts, lambda one: self._language(one.language)),
            total=next(iter(_held(counts, lambda one: "Everybody")), None),
            risks=_risks(counts, cards),
            ends=ENDS,
            months=[f"{month:%Y-%m}" for month in _months(now.astimezone(LONDON).date())],
        )

    def month(self, who: Manager, month: str) -> Response:
        """One whole month as open data: small numbers hidden, every number rounded."""
        first = next((m for m in _months(self._today()) if f"{m:%Y-%m}" == month), None)
        if first is None:
            raise HTTPException(404)
        with self._bench.parts.engine.connect() as db:
            counts = ended(db, _midnight(first), _midnight(_next(first)))
        rows = open_rows(month, counts, self._bench.tools.published(places_of(counts)))
        self._bench.note(who, "open_data_exported", month, rows=len(rows))
        headers = {"Content-Disposition": f"attachment; filename=fairway-{month}.csv"}
        return Response(as_csv(COLUMNS, rows), media_type="text/csv", headers=headers)

    def _today(self) -> date:
        return self._bench.now().astimezone(LONDON).date()

    def _language(self, code: str) -> str:
        return self._bench.parts.council.languages.get(code, code)


def places_of(counts: Iterable[Ended]) -> Counter[Place]:
    """Every number of the table and every sum that it can be checked against."""
    found: Counter[Place] = Counter()
    for one in counts:
        for group in (("service", one.service), ("language", one.language)):
            found[frozenset({group})] += one.conversations
            found[frozenset({group, ("end", one.end)})] += one.conversations
        found[frozenset({("end", one.end)})] += one.conversations
        found[frozenset()] += one.conversations
    return found


def open_rows(
    month: str, counts: Sequence[Ended], published: Mapping[Place, int | None]
) -> list[tuple[str, ...]]:
    """The table's rows: everybody, then by service and language."""
    groups = [("everybody", "all")]
    groups += [("service", name) for name in sorted({one.service for one in counts})]
    groups += [("language", name) for name in sorted({one.language for one in counts})]
    rows: list[tuple[str, ...]] = []
    for by, name in groups:
        group = frozenset() if by == "everybody" else frozenset({(by, name)})
        for end in ("all", *ENDS):
            place = group if end == "all" else group | {("end", end)}
            if place in published:
                number = published[place]
                rows.append((month, by, name, end, HIDDEN if number is None else str(number)))
    return rows


def _asked(db: sa.Connection, since: datetime) -> Counter[str]:
    """Service → conversations in which it was understood."""
    turns = t.turn_records
    many = sa.func.count(sa.distinct(turns.c.conversation_id))
    query = sa.select(turns.c.service, many).where(turns.c.at >= since)
    query = query.where(turns.c.service.is_not(None)).group_by(turns.c.service)
    return Counter({service: number for service, number in db.execute(query)})


def _gaps(
    asked: Counter[str], cards: Mapping[str, ServiceCard], pages: Sequence[Page], today: date
) -> list[Gap]:
    found = []
    for service, number in asked.most_common():
        card = cards.get(service)
        about = [page for page in pages if card and card.lgsl in page.lgsl]
        if card is None or any(page.may_be_quoted(today) for page in about):
            continue
        newest = max((page.reviewed for page in about), default=None)
        found.append(Gap(card.name("en"), number, f"{newest:%d/%m/%Y}" if newest else ""))
    return found


def _held(counts: Iterable[Ended], name_of: Callable[[Ended], str]) -> list[Held]:
    by_name: dict[str, Counter[str]] = {}
    for one in counts:
        by_name.setdefault(name_of(one), Counter())[one.end] += one.conversations
    made = [
        Held(name, ends, sum(ends.values()), ends["contained"] / sum(ends.values()))
        for name, ends in by_name.items()
    ]
    return sorted(made, key=lambda held: -held.all)


def _risks(counts: Iterable[Ended], cards: Mapping[str, ServiceCard]) -> list[Risk]:
    """By service, the most first: all of those that no person had where the need is urgent or a
    talk; elsewhere those whose citizens asked for somebody or find it hard online."""
    without, pause = Counter[str](), Counter[str]()
    for one in counts:
        if one.end == "person":
            continue
        without[one.service] += one.conversations
        if one.hard or _is_urgent(cards, one.service):
            pause[one.service] += one.conversations
    return [
        Risk(_name(cards, service), without[service], many, _is_urgent(cards, service))
        for service, many in pause.most_common()
    ]


def _is_urgent(cards: Mapping[str, ServiceCard], service: str) -> bool:
    card = cards.get(service)
    return card is not None and (card.urgency is Urgency.URGENT or card.kind is NeedKind.RELATIONAL)


def _name(cards: Mapping[str, ServiceCard], service: str) -> str:
    if service == NO_SERVICE:
        return "No service"
    return cards[service].name("en") if service in cards else service


def _months(today: date) -> list[date]:
    """The first days of the whole months behind us, the latest first."""
    found, first = [], today.replace(day=1)
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
