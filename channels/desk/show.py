"""Put cases into words for the desk's templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.case_card import CaseCard
from bot.desk_view import Case, Queue
from bot.handoff import Handoff, HandoffStatus
from bot.message import Medium, Message, Sender
from bot.service_card import ServiceCard
from bot.staff import Staff
from channels.desk import words as w


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


@dataclass(frozen=True)
class Fact:
    """One thing the citizen need not repeat. ``link`` for a number to call."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True)
class Shower:
    """Knows the service cards and the languages, and so can name things."""

    cards: Mapping[str, ServiceCard]
    languages: Mapping[str, str]

    def rows(self, cards: tuple[CaseCard, ...], queue: Queue, now: datetime) -> list[Row]:
        """The lines of one list of the queue."""
        return [self._row(card, queue.names, now) for card in cards]

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
        )

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
        return [_line(message, agent, now) for message in case.messages]

    def known(self, case: Case) -> list[Fact]:
        """What the citizen has said already: contact first, then the answers they gave."""
        return [*_contact(case), *_answers(case.handoff.summary)]

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


def _clip(text: str, longest: int = 140) -> str:
    """The first words of a message, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _line(message: Message, agent: str, now: datetime) -> Line:
    whom = w.words_for(message.sender.value, w.SENDERS)
    return Line(
        id=message.id,
        sender=message.sender.value,
        from_whom=agent or whom if message.sender is Sender.AGENT else whom,
        at=message.at,
        time=w.clock_time(message.at, now),
        lang=message.lang,
        text=message.text,
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
    told = [(key, _text(value)) for key, value in summary.items() if key != "service"]
    return [Fact(w.plain(str(key)), value) for key, value in told if value]


def _text(value: Any) -> str:
    """A slot's value as text; lists and objects in one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{w.plain(str(k))}: {_text(v)}" for k, v in value.items() if _text(v))
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
