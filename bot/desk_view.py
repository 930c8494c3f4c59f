"""What an agent sees: the queue, and one case with all that the citizen need not repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.case_card import CaseCard
from bot.conversation import Conversation
from bot.council import LONDON
from bot.desk_work import DeskParts, find_case
from bot.handoff import Handoff, HandoffStatus
from bot.message import Message
from bot.staff import SAFEGUARDING, Staff
from bot.staff_ports import StaffWork
from bot.turn_record import TurnRecord

_URGENCY = ("urgent", "soon", "routine")


@dataclass(frozen=True)
class Queue:
    """The desk at one moment. ``names``: user name → the name to show."""

    waiting: tuple[CaseCard, ...]
    mine: tuple[CaseCard, ...]
    with_colleagues: tuple[CaseCard, ...]
    over_today: tuple[CaseCard, ...]
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One case. ``hidden`` counts messages that only the safeguarding team may read."""

    handoff: Handoff
    conversation: Conversation
    messages: tuple[Message, ...]
    turns: tuple[TurnRecord, ...]
    earlier: tuple[Handoff, ...]
    names: dict[str, str]
    hidden: int = 0
    said_stop: bool = False


def see_queue(parts: DeskParts, who: Staff) -> Queue:
    """Every case ``who`` may see; danger to life first, then by urgency and by waiting time."""
    with parts.store.begin() as work:
        opened = [c for c in work.case_board.open() if who.may_open(c.handoff.team)]
        over = work.case_board.over_since(_midnight(parts.turn.clock.now()))
        names = _names(work)
    waiting = [c for c in opened if c.handoff.status is HandoffStatus.WAITING]
    claimed = [c for c in opened if c.handoff.status is HandoffStatus.CLAIMED]
    return Queue(
        waiting=tuple(sorted(waiting, key=_turn)),
        mine=tuple(c for c in claimed if c.handoff.claimed_by == who.username),
        with_colleagues=tuple(c for c in claimed if c.handoff.claimed_by != who.username),
        over_today=tuple(c for c in over if c.handoff.claimed_by and who.may_open(c.handoff.team)),
        names=names,
    )


def _turn(card: CaseCard) -> tuple[bool, int, datetime]:
    """Whose turn it is: danger to life, then urgency, then the longest waiting."""
    handoff = card.handoff
    safe = not any(reason.startswith("safety_") for reason in handoff.reasons)
    urgency = _URGENCY.index(handoff.urgency) if handoff.urgency in _URGENCY else len(_URGENCY)
    return safe, urgency, handoff.asked_at


def see_case(parts: DeskParts, who: Staff, handoff_id: str) -> Case:
    """The case with its transcript. Raises HandoffUnknown, CaseRestricted."""
    with parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        others = [h for h in work.handoffs.of(conversation.id) if h.id != handoff.id]
        said = work.messages.of(conversation.id)
        shown = tuple(m for m in said if _may_read(who, m, handoff, others))
        address = conversation.address
        return Case(
            handoff=handoff,
            conversation=conversation,
            messages=shown,
            turns=tuple(work.records.turns_of(conversation.id)),
            earlier=tuple(
                h for h in others if h.asked_at < handoff.asked_at and who.may_open(h.team)
            ),
            names=_names(work),
            hidden=len(said) - len(shown),
            said_stop=address is not None and work.sms_numbers.opted_out(address),
        )


def _may_read(who: Staff, message: Message, case: Handoff, others: list[Handoff]) -> bool:
    """Whether a message is this case's to show. What led to a safeguarding case, before or
    after this one, stays with those who may open that."""
    for other in others:
        if other.team != SAFEGUARDING or who.may_open(SAFEGUARDING):
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
