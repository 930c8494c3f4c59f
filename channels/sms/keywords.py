"""STOP, START and HELP as a whole text: obeyed at once, before anything else."""

from __future__ import annotations

from bot.conversation import Conversation
from bot.message import Medium, Message, Sender
from bot.ports import DESK, POST, Parcel
from bot.turn_keep import put_sms
from bot.turn_state import TurnParts

_REPLIES = {"stop": "sms_stopped", "start": "sms_started", "help": "sms_help"}


def obey_keyword(parts: TurnParts, message: Message) -> bool:
    """Whether ``message`` is a keyword; if so it is obeyed, answered and done with.

    Only a whole text counts: "stop", but not "stop the bin lorry", and never YES, END or
    CANCEL, which are ordinary answers; and only a text: who writes "help" on the web wants an
    answer there, even where the conversation began by text and its number is known. What counts is
    how the message came: a STOP that came by text is one wherever the conversation goes on by now.
    Called again for the same message, it does nothing.
    """
    request = parts.safety.sms_keyword(message.text)
    if request is None:
        return False
    with parts.store.begin() as work:
        conversation = work.conversations.get(message.conversation_id)
        if conversation is None or not work.messages.by_text(message.id):
            return False
        if not conversation.address:
            return False  # nobody to text: a turn answers it and is done with it
        if not work.messages.mark_answered(message.id):
            return True
        if request.kind == "stop" and work.sms_numbers.opted_out(conversation.address):
            work.commit()  # confirmed before: once is enough
            return True
        if request.kind == "stop":
            work.sms_numbers.opt_out(conversation.address, parts.clock.now())
        elif request.kind == "start":
            work.sms_numbers.opt_in(conversation.address)
        reply = _reply(parts, conversation, _REPLIES[request.kind])
        work.messages.add(reply, in_reply_to=message.id)
        # The one text that goes out even to a number that has said STOP.
        payload = {"message_ids": [reply.id], "even_if_stopped": True}
        work.outbox.put(Parcel(parts.new_id(), "sms", payload), parts.clock.now())
        work.commit()
    parts.live.changed([conversation.id, DESK, POST])
    return True


def say_fixed(parts: TurnParts, message: Message, key: str) -> None:
    """Answer ``message`` by text with one of the fixed replies, and be done with it."""
    with parts.store.begin() as work:
        conversation = work.conversations.get(message.conversation_id)
        if conversation is None or not work.messages.mark_answered(message.id):
            return
        reply = _reply(parts, conversation, key)
        work.messages.add(reply, in_reply_to=message.id)
        put_sms(parts, work, [reply.id])
        work.commit()
    parts.live.changed([conversation.id, DESK, POST])


def _reply(parts: TurnParts, conversation: Conversation, key: str) -> Message:
    text = parts.replies.say(
        key,
        conversation.language,
        Medium.SMS.value,
        council=parts.council_name,
        phone=parts.council_phone,
    )
    return Message(
        id=parts.new_id(),
        conversation_id=conversation.id,
        sender=Sender.SYSTEM,
        text=text,
        lang=conversation.language,
        at=parts.clock.now(),
    )
