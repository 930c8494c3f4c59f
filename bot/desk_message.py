"""Change or take back what an agent has sent. What it said before is kept for whoever must know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.bidi import hold_numbers
from bot.case_extras import MessageChange
from bot.desk_parts import CaseInHand, DeskParts, case_in_hand, log, must_hold
from bot.errors import BadInput, MessageTooLong
from bot.message import MAX_CHARACTERS, Medium, Message, Sender, clean_text
from bot.staff import Staff

CHANGE_WITHIN = timedelta(minutes=30)
"""Later than this the citizen has acted on it: a new message is fairer."""


class CannotChange(BadInput):
    """It cannot be changed: a text message, too old, or not yours. Send a new message."""


def edit_message(
    parts: DeskParts, who: Staff, handoff_id: str, message_id: str, raw: str
) -> Message:
    """The message with other words; the citizen's page shows them as changed.

    Raises MessageEmpty, MessageTooLong, CannotChange, HandoffUnknown, CaseRestricted,
    HandoffNotYours.
    """
    text = clean_text(raw)
    if len(text) > MAX_CHARACTERS:
        raise MessageTooLong
    with case_in_hand(parts, who, handoff_id) as case:
        message = _own_message(parts, case, who, message_id)
        changed = _change(parts, case, who, message, hold_numbers(text, message.lang), False)
    return changed


def withdraw_message(parts: DeskParts, who: Staff, handoff_id: str, message_id: str) -> Message:
    """The message, taken back: in its place the citizen reads that it was.

    Raises CannotChange, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        message = _own_message(parts, case, who, message_id)
        lang, medium = case.conversation.language, case.conversation.medium.value
        text = parts.turn.replies.say("message_withdrawn", lang, medium)
        changed = _change(parts, case, who, replace(message, lang=lang), text, True)
    return changed


def _own_message(parts: DeskParts, case: CaseInHand, who: Staff, message_id: str) -> Message:
    must_hold(case.handoff, who)
    message = case.work.messages.get(message_id)
    now = parts.turn.clock.now()
    if (
        message is None
        or message.conversation_id != case.conversation.id
        or message.sender is not Sender.AGENT
        or message.withdrawn
        or case.conversation.medium is not Medium.WEB
        or now - message.at > CHANGE_WITHIN
        or message.at < (case.handoff.claimed_at or now)
    ):
        raise CannotChange
    return message


def _change(
    parts: DeskParts,
    case: CaseInHand,
    who: Staff,
    message: Message,
    text: str,
    withdrawn: bool,
) -> Message:
    now, before = parts.turn.clock.now(), case.work.messages.get(message.id)
    said = before.text if before else ""
    change = MessageChange(case.conversation.id, message.id, who.username, said, now)
    case.work.changes.change(message.id, text, change, withdrawn)
    action = "message_withdrawn" if withdrawn else "message_changed"
    log(parts, case.work, who, action, case.handoff, message=message.id)
    return replace(message, text=text, changed_at=now, withdrawn=withdrawn)
