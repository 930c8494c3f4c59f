"""What an agent does with a case: take it, answer, close it, or give it back.

Each is one transaction: the case, what the citizen is told, the text message to send and
the line in the staff log are kept together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.bidi import hold_numbers
from bot.conversation import Conversation
from bot.errors import HandoffNotYours, HandoffUnknown, MessageTooLong
from bot.handoff import Handoff, HandoffStatus, claim, close, give_back
from bot.message import MAX_CHARACTERS, Medium, Message, Sender, clean_text
from bot.outcome import Outcome
from bot.ports import DESK, POST
from bot.staff import LogEntry, Staff
from bot.staff_ports import StaffStore, StaffWork
from bot.turn_keep import put_sms
from bot.turn_state import TurnParts

COUNTED_AS_RESOLVED = ("resolved", "advice_given", "referred", "appointment_made")
NOTE_LIMIT = 2000


class CaseRestricted(HandoffNotYours):
    """Only the safeguarding team can open this case. Ask your team lead if you need it."""


@dataclass(frozen=True)
class DeskParts:
    """What the desk works with. ``store`` reaches the same tables as ``turn.store``."""

    turn: TurnParts
    store: StaffStore


def claim_case(parts: DeskParts, who: Staff, handoff_id: str) -> Handoff:
    """The case, taken by ``who``; the citizen is told by whom.

    Raises HandoffUnknown, CaseRestricted, HandoffTaken.
    """
    with parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        claimed = claim(handoff, who.username, parts.turn.clock.now())
        if claimed == handoff:
            return handoff
        work.handoffs.save(claimed, was=HandoffStatus.WAITING)
        _tell(parts, work, conversation, "handoff_claimed", agent=who.first_name)
        _log(parts, work, who, "case_claimed", claimed)
        work.commit()
    _wake(parts, conversation)
    return claimed


def answer_citizen(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    raw: str,
    language: str | None = None,
    form_id: str | None = None,
) -> Message:
    """Say ``raw`` to the citizen, on the web or by text. A form sent twice is one message.

    ``language`` is what it is written in, the conversation's unless said.
    Raises MessageEmpty, MessageTooLong, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    text = clean_text(raw)
    if len(text) > MAX_CHARACTERS:
        raise MessageTooLong
    conversation = _conversation_of(parts, who, handoff_id)
    with parts.turn.locks.hold(conversation.id), parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        held = _sent_before(work, conversation, form_id)
        if held is not None:
            return held
        if handoff.status is not HandoffStatus.CLAIMED or handoff.claimed_by != who.username:
            raise HandoffNotYours
        lang = language or conversation.language
        message = _say(parts, work, conversation, text, lang, Sender.AGENT, form_id)
        work.conversations.save(replace(conversation, last_at=message.at))
        _log(parts, work, who, "case_answered", handoff, message=message.id)
        work.commit()
    _wake(parts, conversation)
    return message


def close_case(
    parts: DeskParts, who: Staff, handoff_id: str, outcome_code: str, note: str = ""
) -> Handoff:
    """The case, finished. The citizen is told, and the assistant answers from then on.

    Raises HandoffUnknown, CaseRestricted, HandoffNotYours, ValueError (unknown outcome).
    """
    conversation = _conversation_of(parts, who, handoff_id)
    with parts.turn.locks.hold(conversation.id), parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        now = parts.turn.clock.now()
        closed = close(handoff, who.username, outcome_code, note.strip()[:NOTE_LIMIT], now)
        work.handoffs.save(closed, was=HandoffStatus.CLAIMED)
        if outcome_code in COUNTED_AS_RESOLVED:
            outcome = Outcome(parts.turn.new_id(), conversation.id, "resolved", "agent", now)
            work.records.add_outcome(outcome)
        _tell(parts, work, conversation, "handoff_closed")
        _log(parts, work, who, "case_closed", closed, outcome=outcome_code)
        work.commit()
    _wake(parts, conversation)
    return closed


def give_back_case(parts: DeskParts, who: Staff, handoff_id: str, note: str = "") -> Handoff:
    """The case, returned to the assistant with a note for whoever has it next.

    Raises HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    conversation = _conversation_of(parts, who, handoff_id)
    with parts.turn.locks.hold(conversation.id), parts.store.begin() as work:
        handoff, conversation = find_case(work, who, handoff_id)
        now = parts.turn.clock.now()
        returned = give_back(handoff, who.username, note.strip()[:NOTE_LIMIT], now)
        work.handoffs.save(returned, was=HandoffStatus.CLAIMED)
        _tell(parts, work, conversation, "handoff_returned")
        _log(parts, work, who, "case_returned", returned)
        work.commit()
    _wake(parts, conversation)
    return returned


def find_case(work: StaffWork, who: Staff, handoff_id: str) -> tuple[Handoff, Conversation]:
    """The case and its conversation. Raises HandoffUnknown, CaseRestricted."""
    handoff = work.handoffs.get(handoff_id)
    conversation = work.conversations.get(handoff.conversation_id) if handoff else None
    if handoff is None or conversation is None:
        raise HandoffUnknown
    if not who.may_open(handoff.team):
        raise CaseRestricted
    return handoff, conversation


def _conversation_of(parts: DeskParts, who: Staff, handoff_id: str) -> Conversation:
    """Read ahead of the lock: the turn's lock is taken before any transaction."""
    with parts.store.begin() as work:
        return find_case(work, who, handoff_id)[1]


def _sent_before(
    work: StaffWork, conversation: Conversation, form_id: str | None
) -> Message | None:
    if not form_id:
        return None
    return work.messages.accepted_as(conversation.id, _client_id(form_id))


def _client_id(form_id: str) -> str:
    """Kept apart from the ids that citizens' pages choose."""
    return f"desk-{form_id[:60]}"


def _tell(
    parts: DeskParts, work: StaffWork, conversation: Conversation, key: str, **values: Any
) -> None:
    lang = conversation.language
    text = parts.turn.replies.say(key, lang, conversation.medium.value, **values)
    _say(parts, work, conversation, text, lang, Sender.SYSTEM)


def _say(
    parts: DeskParts,
    work: StaffWork,
    conversation: Conversation,
    text: str,
    lang: str,
    sender: Sender,
    form_id: str | None = None,
) -> Message:
    message = Message(
        id=parts.turn.new_id(),
        conversation_id=conversation.id,
        sender=sender,
        text=hold_numbers(text, lang),
        lang=lang,
        at=parts.turn.clock.now(),
        client_id=_client_id(form_id) if form_id else None,
    )
    work.messages.add(message)
    if conversation.medium is Medium.SMS:
        put_sms(parts.turn, work, [message.id])
    return message


def _log(
    parts: DeskParts, work: StaffWork, who: Staff, action: str, handoff: Handoff, **detail: str
) -> None:
    entry = LogEntry(parts.turn.clock.now(), who.username, action, handoff.id, detail)
    work.staff_log.write(entry)


def _wake(parts: DeskParts, conversation: Conversation) -> None:
    parts.turn.live.changed([conversation.id, DESK, POST])
