"""What an agent sees: the queue, and one case with all that the citizen need not repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.case_card import CaseCard
from bot.case_extras import CaseNote, Promise, Receipt
from bot.conversation import Conversation
from bot.council import LONDON
from bot.desk_offer import offered_to
from bot.desk_order import URGENCIES, turn_of
from bot.desk_parts import DeskParts, find_case
from bot.desk_reach import colleagues_in
from bot.desk_summary import Picked, summarise
from bot.feedback import Feedback
from bot.guarded import is_guarded, may_read, veiled
from bot.handoff import Handoff, HandoffStatus
from bot.message import Message
from bot.staff import Staff
from bot.staff_ports import StaffWork
from bot.turn_record import TurnRecord

LONGEST_REQUEST = 8  # words


@dataclass(frozen=True)
class Queue:
    """The desk at one moment. ``names``: user name → the name to show. ``offers``: id of a case →
    user name of the agent who is asked first. ``skilled``: what somebody at the desk can do.
    ``look_again``: closed cases, theirs or their team's, whose day to be looked at has come."""

    waiting: tuple[CaseCard, ...]
    mine: tuple[CaseCard, ...]
    with_colleagues: tuple[CaseCard, ...]
    over_today: tuple[CaseCard, ...]
    look_again: tuple[CaseCard, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    offers: Mapping[str, str] = field(default_factory=dict)
    skilled: frozenset[str] = frozenset()

    def narrowed(self, wanted: Wanted) -> tuple[CaseCard, ...]:
        """Those waiting that ``wanted`` lets through, in the same order."""
        return tuple(card for card in self.waiting if wanted.lets_through(card, self.skilled))


@dataclass(frozen=True)
class Wanted:
    """What someone looks for in the queue; empty means anything. ``skill`` is an adjustment,
    such as ``bsl``; ``fits`` someone whose teams, languages and skills are to be met."""

    team: str = ""
    language: str = ""
    skill: str = ""
    fits: Staff | None = None

    def lets_through(self, card: CaseCard, skilled: frozenset[str] = frozenset()) -> bool:
        """Whether a case is among what is looked for. ``skilled``: what somebody can do."""
        return (
            self.team in ("", card.handoff.team)
            and self.language in ("", card.language)
            and (not self.skill or self.skill in card.adjustments)
            and (self.fits is None or _fits(self.fits, card, skilled))
        )


def _fits(who: Staff, card: CaseCard, skilled: frozenset[str]) -> bool:
    """Their team's, in a language they speak, and what it needs they can do; what nobody at the
    desk can do is for everybody. Danger is everybody's who may open it."""
    if card.handoff.urgency == URGENCIES[0]:
        return True
    needed = skilled.intersection(card.adjustments)
    known = card.language in who.languages and needed <= who.skills
    return who.serves(card.handoff.team) and known


@dataclass(frozen=True)
class Case:
    """One case. ``hidden`` counts messages that only those with the right to safeguarding cases
    may read (``bot.guarded``)."""

    handoff: Handoff
    conversation: Conversation
    messages: tuple[Message, ...]
    turns: tuple[TurnRecord, ...]
    earlier: tuple[Handoff, ...]
    names: dict[str, str]
    hidden: int = 0
    said_stop: bool = False
    notes: tuple[CaseNote, ...] = ()
    labels: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    summary: tuple[Picked, ...] = ()
    offered_to: str | None = None
    feedback: Feedback | None = None


def see_queue(parts: DeskParts, who: Staff) -> Queue:
    """Every case ``who`` may see; danger to life first, then by urgency, then what is offered to
    them, then by promised time."""
    with parts.store.begin() as work:
        now = parts.turn.clock.now()
        opened = [c for c in work.case_board.open() if who.may_open(c.handoff.team)]
        over = work.case_board.over_since(_midnight(now))
        due = work.case_board.to_look_at(now.astimezone(LONDON).date())
        opened, over, due = (_guarded(work, who, cards) for cards in (opened, over, due))
        people = work.staff.all()
        names = {staff.username: staff.name for staff in people}
        skilled = frozenset(skill for one in people if one.active for skill in one.skills)
        waiting = [c for c in opened if c.handoff.status is HandoffStatus.WAITING]
        offers = _offers(work, waiting, now)

    def turn(card: CaseCard) -> tuple[Any, ...]:
        safe, urgency, due = turn_of(card.handoff, card.promised)
        return safe, urgency, offers.get(card.handoff.id) != who.username, due

    claimed = [c for c in opened if c.handoff.status is HandoffStatus.CLAIMED]
    return Queue(
        waiting=tuple(sorted(waiting, key=turn)),
        mine=tuple(c for c in claimed if c.handoff.claimed_by == who.username),
        with_colleagues=tuple(c for c in claimed if c.handoff.claimed_by != who.username),
        over_today=tuple(c for c in over if c.handoff.claimed_by and who.may_open(c.handoff.team)),
        names=names,
        look_again=tuple(c for c in due if _is_theirs(who, c)),
        offers=offers,
        skilled=skilled,
    )


def _guarded(work: StaffWork, who: Staff, cards: list[CaseCard]) -> list[CaseCard]:
    """The cards, without words of citizens that ``who`` may not read: what was said before a
    guarded case of the same conversation was over."""
    guarded = work.case_board.guarded({card.handoff.conversation_id for card in cards})
    closed = [one for one in guarded if not may_read(who, one)]

    def shown(card: CaseCard) -> CaseCard:
        at, whose = card.last_words_at, card.handoff.conversation_id
        ends = [one.closed_at for one in closed if one.conversation_id == whose]
        words = card.last_words if all(end and at and at > end for end in ends) else ""
        return replace(card, handoff=veiled(who, card.handoff), last_words=words)

    return [shown(card) for card in cards]


def _is_theirs(who: Staff, card: CaseCard) -> bool:
    mine = card.handoff.claimed_by == who.username
    return who.may_open(card.handoff.team) and (mine or who.serves(card.handoff.team))


def _offers(work: StaffWork, waiting: list[CaseCard], now: datetime) -> dict[str, str]:
    offered = [card.handoff for card in waiting if card.handoff.offered_to]
    people = colleagues_in(work, now) if offered else []
    found = {handoff.id: offered_to(handoff, people, now) for handoff in offered}
    return {case: whom for case, whom in found.items() if whom}


def see_case(parts: DeskParts, who: Staff, handoff_id: str) -> Case:
    """The case with its transcript. Raises HandoffUnknown, CaseRestricted."""
    with parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        others = [h for h in work.handoffs.of(conversation.id) if h.id != handoff.id]
        said = work.messages.of(conversation.id)
        shown = tuple(m for m in said if _may_read(who, m, handoff, others))
        address, now = conversation.address, parts.turn.clock.now()
        theirs = may_read(who, handoff)
        people = colleagues_in(work, now) if handoff.offered_to else []
        return Case(
            handoff=veiled(who, handoff),
            conversation=conversation if theirs else replace(conversation, told={}, address=None),
            messages=shown,
            turns=tuple(work.records.turns_of(conversation.id)),
            earlier=tuple(h for h in others if h.asked_at < handoff.asked_at and may_read(who, h)),
            names=_names(work),
            hidden=len(said) - len(shown),
            said_stop=address is not None and work.sms_numbers.opted_out(address),
            notes=_notes(who, work, [handoff, *others]),
            labels=work.labels.of([handoff.id]).get(handoff.id, ()),
            promises=tuple(work.promises.of(handoff.id)),
            receipts=work.changes.receipts(conversation.id),
            summary=summarise(
                (m for m in shown if m.at <= (handoff.closed_at or m.at)),
                lambda text: _asks_for_a_person(parts, text, conversation.language),
            ),
            offered_to=offered_to(handoff, people, now),
            feedback=work.feedback.of(conversation.id) if theirs else None,
        )


def _asks_for_a_person(parts: DeskParts, text: str, language: str) -> bool:
    """Whether a sentence says that and no more: a longer one may say what for."""
    short = len(text.split()) <= LONGEST_REQUEST
    return short and parts.turn.safety.request(text, language) is not None


def _notes(who: Staff, work: StaffWork, cases: list[Handoff]) -> tuple[CaseNote, ...]:
    """Notes on the cases of this conversation that ``who`` may read, oldest first."""
    mine = {h.id for h in cases if may_read(who, h)}
    held = work.notes.of(cases[0].conversation_id)
    return tuple(note for note in held if note.handoff_id in mine)


def _may_read(who: Staff, message: Message, case: Handoff, others: list[Handoff]) -> bool:
    """Whether a message is this case's to show. What led to a guarded case, before or after this
    one, stays with those who may read that."""
    if not may_read(who, case):
        return False
    for other in others:
        if not is_guarded(other) or may_read(who, other):
            continue
        before = other.asked_at <= case.asked_at
        if before and message.at <= (other.closed_at or case.asked_at):
            return False
        if not before and message.at > (case.closed_at or other.asked_at):
            return False
    return True


def _names(work: StaffWork) -> dict[str, str]:
    return {staff.username: staff.name for staff in work.staff.all()}


def _midnight(now: datetime) -> datetime:
    return now.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
