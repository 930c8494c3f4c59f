"""Tell a citizen something after their turn is over, where it will reach them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation import Conversation
from bot.message import Medium, Message, Sender
from bot.ports import Parcel, UnitOfWork
from bot.talk_over import is_over
from bot.turn_state import TurnParts


def tell_citizen(
    parts: TurnParts,
    work: UnitOfWork,
    conversation_id: str,
    key: str,
    values: Mapping[str, str],
    *,
    phone: str = "",
) -> bool:
    """Keep the reply ``key`` for the citizen of a conversation and, if they can be texted,
    text it. ``phone`` (E.164) is where a web citizen asked to be texted.

    False, and nothing kept, when the conversation is no more: an erased citizen is left alone.
    """
    conversation = work.conversations.get(conversation_id)
    if conversation is None:
        return False
    if conversation.medium is Medium.WEB and phone:
        conversation = _by_text(parts, work, conversation, phone.lstrip("+"))
    message = _message(parts, conversation, key, values)
    work.messages.add(message)
    if conversation.medium is Medium.SMS:
        # Names whose news it is: erasing that chat erases the text too.
        payload = {"message_ids": [message.id], "conversation_id": conversation_id}
        work.outbox.put(Parcel(parts.new_id(), "sms", payload), parts.clock.now())
    return True


def _by_text(parts: TurnParts, work: UnitOfWork, web: Conversation, address: str) -> Conversation:
    """The conversation with a number, so that an answer to the text goes on from there."""
    now = parts.clock.now()
    held = work.conversations.latest_at(address)
    if held is not None and not is_over(work, held, now):
        return held
    conversation = Conversation(
        id=parts.new_id(),
        medium=Medium.SMS,
        started_at=now,
        last_at=now,
        language=web.language,
        language_chosen=web.language_chosen,
        address=address,
    )
    work.conversations.add(conversation)
    return conversation


def _message(
    parts: TurnParts, conversation: Conversation, key: str, values: Mapping[str, str]
) -> Message:
    lang, medium = conversation.language, conversation.medium.value
    return Message(
        id=parts.new_id(),
        conversation_id=conversation.id,
        sender=Sender.SYSTEM,
        text=parts.replies.say(key, lang, medium, **values),
        lang=lang,
        at=parts.clock.now(),
    )
