"""An agent's yes to what the assistant wants to say (``bot/approval.py``)."""

from __future__ import annotations

from bot.approval import draft_of
from bot.bidi import hold_numbers
from bot.desk_parts import DeskParts, case_in_hand, log
from bot.errors import HandoffError
from bot.handoff import Handoff, claim, give_back
from bot.message import Medium, Message
from bot.staff import Staff
from bot.turn_keep import put_sms


class NothingToConfirm(HandoffError):
    """There is no answer here that waits for a yes. Answer the citizen yourself."""


def confirm_answer(parts: DeskParts, who: Staff, handoff_id: str) -> Handoff:
    """Send the assistant's answer as it stands; the assistant carries on. The citizen hears of
    nobody: they were told that a person looks at it first.

    Raises HandoffUnknown, CaseRestricted, HandoffTaken, NothingToConfirm.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        work, now = case.work, parts.turn.clock.now()
        draft = draft_of(case.handoff)
        if not draft:
            raise NothingToConfirm
        said = [
            Message(
                id=parts.turn.new_id(),
                conversation_id=case.conversation.id,
                sender=reply.sender,
                text=hold_numbers(reply.text, reply.lang),
                lang=reply.lang,
                at=now,
                buttons=reply.buttons,
            )
            for reply in draft
        ]
        taken = claim(case.handoff, who.username, now)
        back = give_back(taken, who.username, "", now)
        work.handoffs.save(back, was=case.handoff)
        work.messages.add(*said)
        if case.conversation.medium is Medium.SMS:
            put_sms(parts.turn, work, [message.id for message in said])
        log(parts, work, who, "answer_confirmed", back)
    return back
