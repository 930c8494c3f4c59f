"""The whole path of one message. START HERE.

A message has been taken in (``bot/take_in.py``) and acknowledged. Now it is checked for
danger, passed to the agent who has the case, or understood by the assistant; a person
takes over where the assistant cannot. Everything said and decided is kept at once.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from bot.approval import hold_for_approval
from bot.back_to_desk import back_to_the_desk
from bot.choices import resolve_choice
from bot.conversation import Conversation
from bot.earlier_consent import NO, YES
from bot.feedback import PAYLOADS
from bot.handoff import ASSISTANT_DOWN, Handoff
from bot.helper import asks_for_another
from bot.message import RECENT, Message, Sender, last_buttons
from bot.ports import Standing, UnitOfWork
from bot.turn_keep import Kept, keep_turn, kept_before
from bot.turn_state import Turn, TurnParts
from bot.turn_steps import (
    answer_closing_question,
    answer_danger,
    answer_desk,
    answer_earlier_consent,
    answer_passport,
    answer_plain_request,
    answer_unreadable,
    ask_assistant,
    pass_to_agent,
)
from bot.wanted_by_desk import wanted_by_desk

MOST_MISSED = 40
"""Messages of an outage that are answered after it: more than any form has questions, for an answer
left out would be missing in what the council is told."""
_WITHOUT_ASSISTANT = frozenset({*PAYLOADS, YES, NO, "/why"})
"""Choices that were answered during an outage as at any other time."""


def handle_turn(parts: TurnParts, message: Message) -> Kept:
    """Answer one accepted message; what was said, in order, and the turn's record. A message is
    answered once only: called again, it returns what was said the first time."""
    with parts.locks.hold(message.conversation_id):
        with parts.store.begin() as work:
            standing = work.messages.standing(message)
            if standing.answered:
                return kept_before(work, message)
            turn = _look_around(parts, work, message, standing)
        ending = (
            answer_desk(turn, parts)
            or answer_danger(turn, parts)
            or answer_passport(turn, parts)
            or answer_earlier_consent(turn, parts)
            or answer_closing_question(turn, parts)
            or pass_to_agent(turn, parts)
            or answer_unreadable(turn, parts)
            or answer_plain_request(turn, parts)
            or ask_assistant(turn, parts)
        )
        ending = back_to_the_desk(turn, parts, ending)
        return keep_turn(parts, turn, hold_for_approval(turn, parts, ending))


def _look_around(parts: TurnParts, work: UnitOfWork, message: Message, standing: Standing) -> Turn:
    conversation = work.conversations.get(message.conversation_id)
    if conversation is None:
        raise LookupError(f"message {message.id} has no conversation")
    is_theirs = message.sender is Sender.CITIZEN
    known = conversation.circumstances.for_other
    helper = is_theirs and not known and asks_for_another(message.text)
    if helper:
        told = replace(conversation.circumstances, for_other=True)
        conversation = replace(conversation, circumstances=told)
    handoff = work.handoffs.open_of(conversation.id)
    recent = _recent(work, conversation, handoff)
    so_far = list(takewhile(lambda one: one.id != message.id, recent))
    missed = _missed(parts, work, handoff, recent, message)
    now = parts.clock.now()
    return Turn(
        conversation=conversation,
        message=message,
        sent=_as_sent(message, conversation, so_far),
        handoff=handoff,
        availability=parts.availability.at(now, standing.waiting),
        started_at=now,
        number=standing.turns + 1,
        missed=_as_missed(missed, conversation, recent),
        helper_heard=helper,
        just_asked=_just_asked(so_far),
    )


def _recent(work: UnitOfWork, conversation: Conversation, handoff: Handoff | None) -> list[Message]:
    """The last messages: a long conversation's next turn takes no longer than its first. All of
    them after an outage, which may have lasted."""
    if handoff is not None and handoff.reasons == (ASSISTANT_DOWN,):
        return work.messages.of(conversation.id)
    return work.messages.latest(conversation.id, RECENT)


def _just_asked(so_far: list[Message]) -> frozenset[str]:
    """The payloads of the choices in the last message before this one, whoever's that was: only
    what directly follows a question in words of its own can be an answer to that very question."""
    return frozenset(button.payload for button in so_far[-1].buttons) if so_far else frozenset()


def _as_sent(message: Message, conversation: Conversation, so_far: list[Message]) -> str:
    """What the assistant gets: the payload of a choice, else the text with no inner command."""
    if wanted := wanted_by_desk(message):
        return wanted
    numbered = conversation.medium.value == "sms"
    offered = last_buttons(so_far, numbered=numbered)
    choice = resolve_choice(
        message.text, offered, numbered=numbered, language=conversation.language
    )
    return choice.sent


def _as_missed(
    missed: tuple[Message, ...], conversation: Conversation, recent: list[Message]
) -> tuple[tuple[str, str], ...]:
    """Each as the assistant would have got it at once: a choice is one among what was on offer
    then, and nobody types an inner command."""
    sent = []
    for one in missed:
        so_far = recent[: recent.index(one)]
        sent.append((one.id, _as_sent(one, conversation, so_far)))
    return tuple((id_, text) for id_, text in sent if text not in _WITHOUT_ASSISTANT)


def _missed(
    parts: TurnParts,
    work: UnitOfWork,
    handoff: Handoff | None,
    recent: list[Message],
    message: Message,
) -> tuple[Message, ...]:
    """What the citizen wrote before this message while the assistant was down, to be answered now
    if it is back. What was answered without it (danger; STOP, by text) was not missed; what came
    after this message has a turn of its own."""
    if handoff is None or handoff.reasons != (ASSISTANT_DOWN,):
        return ()
    missed: list[Message] = []
    earlier = True
    for one in recent:
        earlier = earlier and one.id != message.id
        if one.sender is Sender.CITIZEN and earlier:
            missed.append(one)
        elif one.sender is Sender.ASSISTANT:
            missed.clear()
    unheard = [m for m in missed if not _was_heard(parts, work, m)]
    return tuple(unheard[-MOST_MISSED:])


def _was_heard(parts: TurnParts, work: UnitOfWork, message: Message) -> bool:
    is_keyword = parts.safety.sms_keyword(message.text) is not None
    obeyed = is_keyword and work.messages.by_text(message.id)
    return obeyed or parts.safety.danger(message.text) is not None
