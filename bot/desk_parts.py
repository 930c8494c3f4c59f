"""What every act at the desk shares: finding the case, telling the citizen, keeping the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.bidi import hold_numbers
from bot.case_extras import CaseNote
from bot.conversation import Conversation
from bot.desk_events import put_event
from bot.errors import HandoffNotYours, HandoffUnknown
from bot.handoff import Handoff, HandoffStatus
from bot.message import Button, Medium, Message, Sender
from bot.ports import DESK, POST
from bot.staff import LogEntry, Staff
from bot.staff_ports import StaffStore, StaffWork
from bot.turn_keep import put_sms
from bot.turn_state import TurnParts

NOTE_LIMIT = 2000


class CaseRestricted(HandoffNotYours):
    """Only the safeguarding team can open this case. Ask your team lead if you need it."""


@dataclass(frozen=True)
class DeskParts:
    """What the desk works with. ``store`` reaches the same tables as ``turn.store``;
    ``tells_events`` is whether another system hears of what happens (``bot.desk_events``)."""

    turn: TurnParts
    store: StaffStore
    tells_events: bool = False


def find_case(work: StaffWork, who: Staff, handoff_id: str) -> tuple[Handoff, Conversation]:
    """The case and its conversation. Raises HandoffUnknown, CaseRestricted."""
    handoff = work.handoffs.get(handoff_id)
    conversation = work.conversations.get(handoff.conversation_id) if handoff else None
    if handoff is None or conversation is None:
        raise HandoffUnknown
    if not who.may_open(handoff.team):
        raise CaseRestricted
    return handoff, conversation


def conversation_of(parts: DeskParts, who: Staff, handoff_id: str) -> Conversation:
    """The case's conversation, read ahead of the lock: the turn's lock is taken before any
    transaction. Raises HandoffUnknown, CaseRestricted."""
    with parts.store.begin() as work:
        return find_case(work, who, handoff_id)[1]


@dataclass(frozen=True)
class CaseInHand:
    """A case inside a transaction that is about to change it."""

    work: StaffWork
    handoff: Handoff
    conversation: Conversation


@contextmanager
def case_in_hand(parts: DeskParts, who: Staff, handoff_id: str) -> Iterator[CaseInHand]:
    """One case while nobody else can change it. What was done is kept at the end of the ``with``
    block, and open pages are woken; an error keeps nothing.

    Raises HandoffUnknown, CaseRestricted.
    """
    conversation = conversation_of(parts, who, handoff_id)
    with parts.turn.locks.hold(conversation.id), parts.store.begin() as work:
        yield CaseInHand(work, *find_case(work, who, handoff_id))
        work.commit()
    wake(parts, conversation)


def must_hold(handoff: Handoff, who: Staff) -> None:
    """Raises HandoffNotYours unless ``who`` has the case in hand."""
    if handoff.status is not HandoffStatus.CLAIMED or handoff.claimed_by != who.username:
        raise HandoffNotYours


def leave_note(parts: DeskParts, case: CaseInHand, who: Staff, kind: str, text: str) -> CaseNote:
    """A note for colleagues, kept with the case."""
    note = CaseNote(
        id=parts.turn.new_id(),
        conversation_id=case.conversation.id,
        handoff_id=case.handoff.id,
        author=who.username,
        kind=kind,
        text=text[:NOTE_LIMIT],
        at=parts.turn.clock.now(),
    )
    case.work.notes.add(note)
    return note


def client_id(form_id: str) -> str:
    """Kept apart from the ids that citizens' pages choose."""
    return f"desk-{form_id[:60]}"


def tell(
    parts: DeskParts, work: StaffWork, conversation: Conversation, key: str, **values: Any
) -> None:
    """One of the catalogue's fixed texts, in the citizen's language."""
    lang = conversation.language
    text = parts.turn.replies.say(key, lang, conversation.medium.value, **values)
    say(parts, work, conversation, text, lang, Sender.SYSTEM)


def say(
    parts: DeskParts,
    work: StaffWork,
    conversation: Conversation,
    text: str,
    lang: str,
    sender: Sender,
    form_id: str | None = None,
    buttons: tuple[Button, ...] = (),
) -> Message:
    """``text`` to the citizen, on the web or by text message."""
    message = Message(
        id=parts.turn.new_id(),
        conversation_id=conversation.id,
        sender=sender,
        text=hold_numbers(text, lang),
        lang=lang,
        at=parts.turn.clock.now(),
        buttons=buttons,
        client_id=client_id(form_id) if form_id else None,
    )
    work.messages.add(message)
    if conversation.medium is Medium.SMS:
        put_sms(parts.turn, work, [message.id])
    return message


def log(
    parts: DeskParts, work: StaffWork, who: Staff, action: str, handoff: Handoff, **detail: Any
) -> None:
    """A line in the staff log, and an event for another system. Never what a citizen said."""
    entry = LogEntry(parts.turn.clock.now(), who.username, action, handoff.id, detail)
    work.staff_log.write(entry)
    if parts.tells_events:
        key = parts.turn.new_id()
        put_event(work.outbox, key, action, handoff, who.username, entry.at, detail)


def wake(parts: DeskParts, conversation: Conversation) -> None:
    """Open pages of the conversation and of the desk look again."""
    parts.turn.live.changed([conversation.id, DESK, POST])
