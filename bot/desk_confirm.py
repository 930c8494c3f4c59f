"""An agent's yes to what the assistant wants to say (``bot/approval.py``)."""

from __future__ import annotations

from bot.approval import draft_of, is_outdated
from bot.bidi import hold_numbers
from bot.desk_parts import CaseInHand, DeskParts, case_in_hand, log
from bot.errors import HandoffError
from bot.handoff import Handoff, claim, give_back
from bot.message import Medium, Message, Reply
from bot.need import Urgency
from bot.staff import Staff
from bot.turn_keep import put_sms


class NothingToConfirm(HandoffError):
    """There is no answer here that waits for a yes. Answer the citizen yourself."""


class CitizenWroteSince(HandoffError):
    """The citizen has written since the assistant made this answer. Read what they wrote and
    answer them yourself."""


class UrgentNow(HandoffError):
    """This case is urgent, so the assistant's answer cannot end it. Answer the citizen yourself,
    now."""


def confirm_answer(parts: DeskParts, who: Staff, handoff_id: str) -> Handoff:
    """Send the assistant's answer as it stands; the assistant carries on. The citizen hears of
    nobody: they were told that a person looks at it first.

    Raises HandoffUnknown, CaseRestricted, HandoffTaken, NothingToConfirm, UrgentNow,
    CitizenWroteSince.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        work, now = case.work, parts.turn.clock.now()
        taken = claim(case.handoff, who.username, now)
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
            for reply in _to_confirm(case)
        ]
        back = give_back(taken, who.username, "", now)
        work.handoffs.save(back, was=case.handoff)
        work.messages.add(*said)
        if case.conversation.medium is Medium.SMS:
            put_sms(parts.turn, work, [message.id for message in said])
        log(parts, work, who, "answer_confirmed", back)
    return back


def _to_confirm(case: CaseInHand) -> tuple[Reply, ...]:
    """The draft, while it still answers all that the citizen wrote: whoever confirms it may not
    have read the rest, and the case is over then."""
    draft = draft_of(case.handoff)
    if case.handoff.urgency == Urgency.URGENT.value:
        raise UrgentNow
    if not draft:
        raise NothingToConfirm
    if is_outdated(case.handoff, case.work.messages.of(case.conversation.id)):
        raise CitizenWroteSince
    return draft
