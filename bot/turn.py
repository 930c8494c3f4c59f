"""The whole path of one message. START HERE.

A message has been taken in (``bot/take_in.py``) and acknowledged. Now it is checked for
danger, passed to the agent who has the case, or understood by the assistant; a person
takes over where the assistant cannot. Everything said and decided is kept at once.
"""

from __future__ import annotations

from bot.choices import resolve_choice
from bot.conversation import Conversation
from bot.handoff import ASSISTANT_DOWN, Handoff, HandoffStatus
from bot.message import Message, Sender, last_buttons
from bot.ports import UnitOfWork
from bot.turn_keep import keep_turn
from bot.turn_state import Turn, TurnParts
from bot.turn_steps import (
    answer_danger,
    answer_plain_request,
    answer_unreadable,
    ask_assistant,
    pass_to_agent,
)


def handle_turn(parts: TurnParts, message: Message) -> list[Message]:
    """Answer one accepted message; what was said, in order. A message is answered once only:
    called again, it returns what was said the first time."""
    with parts.locks.hold(message.conversation_id):
        with parts.store.begin() as work:
            if work.messages.answered(message.id):
                return work.messages.replies_to(message.id)
            turn = _look_around(parts, work, message)
        ending = (
            answer_danger(turn, parts)
            or pass_to_agent(turn, parts)
            or answer_unreadable(turn, parts)
            or answer_plain_request(turn, parts)
            or ask_assistant(turn, parts)
        )
        return keep_turn(parts, turn, ending)


def _look_around(parts: TurnParts, work: UnitOfWork, message: Message) -> Turn:
    conversation = work.conversations.get(message.conversation_id)
    if conversation is None:
        raise LookupError(f"message {message.id} has no conversation")
    so_far = [m for m in work.messages.of(conversation.id) if m.id != message.id]
    handoff = work.handoffs.open_of(conversation.id)
    waiting = work.handoffs.count(HandoffStatus.WAITING)
    now = parts.clock.now()
    return Turn(
        conversation=conversation,
        message=message,
        sent=_as_sent(message, conversation, so_far),
        handoff=handoff,
        availability=parts.availability.at(now, waiting),
        started_at=now,
        number=work.records.count_turns(conversation.id) + 1,
        missed=_missed(parts, handoff, so_far),
    )


def _as_sent(message: Message, conversation: Conversation, so_far: list[Message]) -> str:
    """What the assistant gets: the payload of a choice, else the text with no inner command."""
    numbered = conversation.medium.value == "sms"
    choice = resolve_choice(
        message.text, last_buttons(so_far), numbered=numbered, language=conversation.language
    )
    return choice.sent


def _missed(parts: TurnParts, handoff: Handoff | None, so_far: list[Message]) -> tuple[str, ...]:
    """What the citizen wrote while the assistant was down, to be answered now if it is back.
    What was answered without it (danger, STOP) was not missed."""
    if handoff is None or handoff.reasons != (ASSISTANT_DOWN,):
        return ()
    missed: list[str] = []
    for message in so_far:
        if message.sender is Sender.CITIZEN:
            missed.append(message.text)
        elif message.sender is Sender.ASSISTANT:
            missed.clear()
    check = parts.safety
    unheard = [t for t in missed if not check.danger(t) and not check.sms_keyword(t)]
    return tuple(unheard[-3:])
