"""Start a conversation and take messages in: kept first, answered after."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from bot.choices import resolve_choice
from bot.conversation import Conversation
from bot.errors import ConversationExpired, ConversationUnknown
from bot.message import RECENT, Medium, Message, Sender, clean_text, last_buttons
from bot.passport import carried_over
from bot.ports import UnitOfWork
from bot.talk_over import is_over
from bot.turn_state import TurnParts

KEPT_CHARACTERS = 10_000
"""A longer message is cut here before it is kept; the citizen is told it was too long."""


@dataclass(frozen=True)
class TakenIn:
    """An accepted message. ``is_new`` is False for one that was sent before."""

    message: Message
    is_new: bool


def start_conversation(
    parts: TurnParts,
    medium: Medium,
    language: str | None = None,
    token_hash: str | None = None,
    address: str | None = None,
    last: Conversation | None = None,
) -> tuple[Conversation, list[Message]]:
    """A new conversation and its greeting, which says that this is an automated assistant.

    ``last`` is the citizen's one before, where they have shown that it is theirs; by SMS the
    number shows it.

    By SMS nothing is said before the first answer: a text costs money and patience.
    """
    now = parts.clock.now()
    conversation = Conversation(
        id=parts.new_id(),
        medium=medium,
        started_at=now,
        last_at=now,
        language=language or "en",
        language_chosen=language is not None,
        token_hash=token_hash,
        address=address,
    )
    with parts.store.begin() as work:
        last = work.conversations.latest_at(address) if address else last
        conversation = carried_over(conversation, last)
        work.conversations.add(conversation)
        greeting = [] if medium is Medium.SMS else [_greeting(parts, conversation)]
        work.messages.add(*greeting)
        work.commit()
    return conversation, greeting


def take_in(
    parts: TurnParts,
    conversation_id: str,
    raw: str,
    client_id: str | None = None,
    provider: str | None = None,
    provider_id: str | None = None,
    check: Callable[[Conversation], None] = lambda _: None,
) -> TakenIn:
    """Keep a citizen's message, once, however often it is sent. ``check`` may raise to keep
    nothing. Other words under a ``client_id`` that is known are another message: whoever goes back
    to an older page and writes something else is not answered what they asked before.

    Raises MessageEmpty, ConversationUnknown, ConversationExpired.
    """
    now = parts.clock.now()
    with parts.store.begin() as work:
        conversation = work.conversations.get(conversation_id)
        if conversation is None:
            raise ConversationUnknown
        check(conversation)
        text = clean_text(raw[:KEPT_CHARACTERS])
        client_id, held = _known(work, conversation, client_id, text)
        if held is not None:
            return TakenIn(held, is_new=False)
        if is_over(work, conversation, now):
            raise ConversationExpired
        message = _message(parts, work, conversation, text, client_id)
        is_new = work.messages.accept(message, provider, provider_id)
        if not is_new and client_id is not None:
            # The same message came in at the same moment: the one that is kept is the one.
            message = work.messages.accepted_as(conversation_id, client_id) or message
        if is_new:
            work.conversations.touch(conversation_id, now)  # a turn may be changing the rest
        work.commit()
    return TakenIn(message, is_new)


def _known(
    work: UnitOfWork, conversation: Conversation, client_id: str | None, text: str
) -> tuple[str | None, Message | None]:
    """The id to keep ``text`` under, and the message if it is kept already."""
    held = work.messages.accepted_as(conversation.id, client_id) if client_id else None
    if held is None:
        return client_id, None
    if held.text == text or held.text == _as_shown_then(work, conversation, held, text):
        return client_id, held
    own = hashlib.sha256(f"{client_id}\0{text}".encode()).hexdigest()[:40]
    return own, work.messages.accepted_as(conversation.id, own)


def _as_shown_then(work: UnitOfWork, conversation: Conversation, held: Message, text: str) -> str:
    """What ``text`` stood for when ``held`` was sent: a button's payload is kept by its title."""
    before = itertools.takewhile(lambda m: m.id != held.id, work.messages.of(conversation.id))
    numbered = conversation.medium is Medium.SMS
    offered = last_buttons(list(before), numbered=numbered)
    return resolve_choice(text, offered, numbered=numbered, language=held.lang).shown


def _message(
    parts: TurnParts,
    work: UnitOfWork,
    conversation: Conversation,
    text: str,
    client_id: str | None,
) -> Message:
    numbered = conversation.medium is Medium.SMS
    so_far = work.messages.latest(conversation.id, RECENT)
    offered = last_buttons(so_far, numbered=numbered)
    return Message(
        id=parts.new_id(),
        conversation_id=conversation.id,
        sender=Sender.CITIZEN,
        text=resolve_choice(text, offered, numbered=numbered, language=conversation.language).shown,
        lang=conversation.language,
        at=parts.clock.now(),
        client_id=client_id,
    )


def _greeting(parts: TurnParts, conversation: Conversation) -> Message:
    text = parts.replies.say(
        "greeting", conversation.language, conversation.medium.value, council=parts.council_name
    )
    return Message(
        id=parts.new_id(),
        conversation_id=conversation.id,
        sender=Sender.ASSISTANT,
        text=text,
        lang=conversation.language,
        at=conversation.started_at,
    )
