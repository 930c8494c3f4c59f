"""Put cases into words for the desk's templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.approval import without_draft
from bot.case_card import CaseCard
from bot.case_extras import Receipt
from bot.council import LONDON
from bot.desk_message import CHANGE_WITHIN
from bot.desk_promise import window
from bot.desk_view import Case, Queue, Wanted
from bot.handoff import Handoff, HandoffStatus
from bot.message import Medium, Message, Sender
from bot.service_card import ServiceCard
from bot.staff import SAFEGUARDING, SEES_EVERY_TEAM, Staff
from bot.turn_steps import CONTACT_CENTRE
from channels.desk import words as w
from channels.desk.map_link import map_link


@dataclass(frozen=True)
class Offer:
    """Who is asked first for a waiting case. ``mine``: whoever looks; ``blocks``: they may not
    take it meanwhile."""

    words: str
    mine: bool
    blocks: bool


@dataclass(frozen=True)
class Row:
    """One line of the queue, in words."""

    id: str
    title: str
    urgency: str
    urgency_words: str
    team: str
    wait: str
    since: datetime
    medium: str
    language: str
    language_code: str
    other_language: bool
    needs: tuple[str, ...]
    why: str
    way: str
    agent: str
    unanswered: str
    outcome: str
    ended: str
    last_words: str
    promised: str = ""
    overdue: bool = False
    labels: tuple[str, ...] = ()
    look_again: str = ""
    asked: str = ""
    offer: Offer | None = None


@dataclass(frozen=True)
class Choice:
    """One way to narrow the queue: its name in the address, and code, words, chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Note:
    """A colleague's note, in words."""

    kind: str
    author: str
    time: str
    text: str


@dataclass(frozen=True)
class Line:
    """One message of the transcript. ``from_whom`` is its sender in words."""

    id: str
    sender: str
    from_whom: str
    at: datetime
    time: str
    lang: str
    text: str
    changed: str = ""
    can_change: bool = False
    picked: bool = False


@dataclass(frozen=True)
class Fact:
    """One thing the citizen need not repeat. ``link`` for a number to call, ``map`` for a place."""

    label: str
    value: str
    link: str = ""
    map: str = ""


@dataclass(frozen=True)
class Shower:
    """Knows the service cards and the languages, and so can name things."""

    cards: Mapping[str, ServiceCard]
    languages: Mapping[str, str]

    def rows(
        self, cards: tuple[CaseCard, ...], queue: Queue, now: datetime, who: Staff | None = None
    ) -> list[Row]:
        """The lines of one list of the queue; for ``who``, with whom each is offered to."""
        rows = [self._row(card, queue.names, now) for card in cards]
        if who is None:
            return rows
        return [
            replace(
                row, offer=self.offer(c.handoff, queue.offers.get(row.id), queue.names, who, now)
            )
            for row, c in zip(rows, cards, strict=True)
        ]

    def offer(
        self,
        handoff: Handoff,
        whom: str | None,
        names: Mapping[str, str],
        who: Staff,
        now: datetime,
    ) -> Offer | None:
        """The offer of a case to ``whom``, as ``who`` reads it; None where there is none."""
        if whom is None or handoff.offered_until is None:
            return None
        until, mine = w.clock_time(handoff.offered_until, now), whom == who.username
        words = f"You had it: yours first until {until}"
        if not mine:
            words = f"{names.get(whom, whom)} had it and is asked first until {until}"
        return Offer(words, mine, blocks=not mine and not who.has(*SEES_EVERY_TEAM))

    def _row(self, card: CaseCard, names: Mapping[str, str], now: datetime) -> Row:
        handoff, waits = card.handoff, card.citizen_waits_since
        over = "Given back" if handoff.status is HandoffStatus.RETURNED else ""
        return Row(
            id=handoff.id,
            title=self.title(handoff, card.service),
            urgency=handoff.urgency,
            urgency_words=w.words_for(handoff.urgency, w.URGENCIES),
            team=w.plain(handoff.team),
            wait=w.how_long(handoff.asked_at, now),
            since=handoff.asked_at,
            medium=w.words_for(card.medium.value, w.MEDIUMS),
            language=self.language(card.language),
            language_code=card.language,
            other_language=card.language != "en",
            needs=tuple(w.words_for(a, w.ADJUSTMENTS) for a in card.adjustments),
            why=w.words_for(handoff.reasons[0], w.REASONS) if handoff.reasons else "",
            way=w.words_for(handoff.way, w.WAYS),
            agent=names.get(handoff.claimed_by or "", handoff.claimed_by or ""),
            unanswered=w.how_long(waits, now) if waits else "",
            outcome=over or w.words_for(handoff.outcome_code or "", w.OUTCOMES),
            ended=w.clock_time(handoff.closed_at, now) if handoff.closed_at else "",
            last_words=_clip(card.last_words) if handoff.is_open else "",
            promised=w.clock_time(card.promised, now) if card.promised else "",
            overdue=card.promised is not None and card.promised < now,
            labels=card.labels,
            look_again=f"{handoff.follow_up_on:%d/%m/%Y}" if handoff.follow_up_on else "",
            asked=w.clock_time(handoff.asked_at, now),
        )

    def past(self, cards: list[CaseCard], names: Mapping[str, str], now: datetime) -> list[Row]:
        """Lines of the history."""
        return [self._row(card, names, now) for card in cards]

    def choices(self, waiting: tuple[CaseCard, ...], wanted: Wanted) -> list[Choice]:
        """Ways to narrow the queue that would leave something out; those in use stay."""
        made = (
            ("team", "Team", {c.handoff.team for c in waiting}, wanted.team, w.plain),
            ("language", "Language", {c.language for c in waiting}, wanted.language, self.language),
            (
                "skill",
                "Needs",
                {a for c in waiting for a in c.adjustments},
                wanted.skill,
                lambda code: w.words_for(code, w.ADJUSTMENTS),
            ),
        )
        return [
            Choice(
                name,
                label,
                tuple((c, say(c), c == chosen) for c in sorted(found | {chosen} - {""})),
            )
            for name, label, found, chosen, say in made
            if chosen or len(found) > (0 if name == "skill" else 1)
        ]

    def notes(self, case: Case, now: datetime) -> list[Note]:
        """What colleagues noted, the latest first."""
        return [
            Note(
                w.words_for(note.kind, w.NOTE_KINDS),
                case.names.get(note.author, "Fairway"),
                w.clock_time(note.at, now),
                note.text,
            )
            for note in reversed(case.notes)
        ]

    def promise(self, case: Case, now: datetime) -> tuple[str, bool] | None:
        """The call that is promised and whether its time has passed; None when there is none."""
        held = [p for p in case.promises if p.is_open]
        return (window(held[-1]), held[-1].ends < now) if held else None

    def reached(self, case: Case, now: datetime) -> str:
        """How far the agents' last message got, in one line."""
        said = [m for m in case.messages if m.sender is Sender.AGENT]
        if not said or case.conversation.medium is not Medium.WEB:
            return ""
        got = case.receipts.get(said[-1].id, Receipt())
        if got.read_at:
            return f"Read {w.clock_time(got.read_at, now)}"
        if got.delivered_at:
            return f"On the citizen's page since {w.clock_time(got.delivered_at, now)}"
        return "Not yet on the citizen's page"

    def title(self, handoff: Handoff, service: str | None) -> str:
        """What it is about: the service, or the danger, or that nobody knows yet."""
        card = self.cards.get(str(handoff.summary.get("service") or service or ""))
        if any(reason.startswith("safety_") for reason in handoff.reasons):
            return f"Safety – {card.name('en')}" if card else "Safety"
        return card.name("en") if card else "Not known yet"

    def language(self, code: str) -> str:
        """A language in its own words, or its code."""
        return self.languages.get(code) or code

    def lines(self, case: Case, now: datetime) -> list[Line]:
        """The transcript."""
        agent = case.names.get(case.handoff.claimed_by or "", "")
        picked = {one.message_id for one in case.summary}
        since = case.handoff.claimed_at or now
        return [_line(m, agent, now, m.id in picked, since) for m in case.messages]

    def known(self, case: Case) -> list[Fact]:
        """What the citizen has said already: contact first, then the answers they gave."""
        return [*_contact(case), *_answers(without_draft(case.handoff.summary))]

    def service_of(self, case: Case) -> str | None:
        """The card id of the service this case is about."""
        spoken_of = [t.service for t in case.turns if t.service and t.at <= case.handoff.asked_at]
        return str(case.handoff.summary.get("service") or (spoken_of or [""])[-1]) or None

    def tried(self, case: Case) -> list[str]:
        """What the assistant has done so far: services understood, ways offered, failures."""
        found = []
        for turn in case.turns:
            if turn.misunderstood:
                found.append("Did not understand a message")
            if turn.route_channel:
                card = self.cards.get(turn.service or "")
                name = card.name("en") if card else ""
                offer = f"Offered: {w.words_for(turn.route_channel, w.CHANNELS)}"
                found.append(f"{offer} ({name})" if name else offer)
        return list(dict.fromkeys(found))

    def answer_languages(self, case: Case, who: Staff) -> list[tuple[str, str, bool]]:
        """Languages to answer in: code, name, chosen. The one last used stays chosen; none are
        offered while the whole conversation is in English."""
        spoken = case.conversation.language
        said = [m.lang for m in case.messages if m.sender is Sender.AGENT]
        if spoken == "en" and set(said) <= {"en"}:
            return []
        chosen = said[-1] if said else spoken
        codes = dict.fromkeys([spoken, *self.languages])
        return [(code, self.language(code), code == chosen) for code in codes]


def _options(
    codes: set[str], chosen: str, say: Callable[[str], str]
) -> tuple[tuple[str, str, bool], ...]:
    return tuple((code, say(code), code == chosen) for code in sorted(codes))


def _clip(text: str, longest: int = 140) -> str:
    """The first words of a message, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def teams_of(cards: Mapping[str, ServiceCard]) -> tuple[str, ...]:
    """Every team that a case can be passed to."""
    return tuple(sorted({card.team for card in cards.values()} | {CONTACT_CENTRE, SAFEGUARDING}))


def promise_days(now: datetime) -> list[tuple[str, str]]:
    """The next seven days to promise a call on: as a form wants it, and in words."""
    today = now.astimezone(LONDON).date()
    days = [today + timedelta(days=ahead) for ahead in range(7)]
    return [(day.isoformat(), f"{day:%A} {day.day} {day:%B}") for day in days]


def _line(message: Message, agent: str, now: datetime, picked: bool, since: datetime) -> Line:
    can_change = (
        message.sender is Sender.AGENT
        and not message.withdrawn
        and since <= message.at
        and now - message.at <= CHANGE_WITHIN
    )
    changed = "taken back" if message.withdrawn else "changed"
    whom = w.words_for(message.sender.value, w.SENDERS)
    return Line(
        id=message.id,
        sender=message.sender.value,
        from_whom=agent or whom if message.sender is Sender.AGENT else whom,
        at=message.at,
        time=w.clock_time(message.at, now),
        lang=message.lang,
        text=message.text,
        changed=f"{changed} {w.clock_time(message.changed_at, now)}" if message.changed_at else "",
        can_change=can_change,
        picked=picked,
    )


def _contact(case: Case) -> list[Fact]:
    facts = []
    if case.conversation.medium is Medium.SMS and case.conversation.address:
        number = f"+{case.conversation.address.lstrip('+')}"
        facts.append(Fact("Texts from", number, f"tel:{number}"))
    for key, value in case.handoff.contact.items():
        text = _text(value)
        if text:
            dial = "".join(c for c in text if c.isdigit() or c == "+")
            phone = key == "phone" and dial
            facts.append(Fact(w.plain(key), text, f"tel:{dial}" if phone else ""))
    return facts


def _answers(summary: Mapping[str, Any]) -> list[Fact]:
    told = [(w.plain(str(k)), _text(value)) for k, value in summary.items() if k != "service"]
    return [Fact(key, value, map=map_link(key, value)) for key, value in told if value]


def _text(value: Any) -> str:
    """A slot's value as text; lists and objects in one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{w.plain(str(k))}: {_text(v)}" for k, v in value.items() if _text(v))
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
