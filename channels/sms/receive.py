"""Take a text in: kept once, acknowledged at once, answered later by the postman."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation import Conversation
from bot.errors import MessageEmpty
from bot.message import Medium
from bot.ports import POST
from bot.take_in import TakenIn, start_conversation, take_in
from bot.talk_over import is_over
from channels.limits import Limiter
from channels.parts import Parts
from channels.resume import move_to_sms
from channels.sms.keywords import obey_keyword, say_fixed
from channels.sms.numbers import clean_number

PER_NUMBER = 60  # a minute; the provider sends again later what is refused

NO_WORDS = "…"
"""Stands in the transcript for a text with nothing to read in it; it is answered as such."""


@dataclass(frozen=True)
class InboundText:
    """A text as a provider handed it over. ``provider_id`` is the provider's own."""

    provider: str
    provider_id: str
    number: str
    words: str


def receive(parts: Parts, limiter: Limiter, text: InboundText) -> bool:
    """Keep ``text``, once, however often it is handed over; whether it was new.

    Raises NumberUnknown, TooManyRequests.
    """
    number = clean_number(text.number)
    limiter.take(f"sms {number}", PER_NUMBER)
    with parts.turn.locks.hold(f"sms {number}"):  # two first texts at once: one conversation
        moved = move_to_sms(parts, text.words, number)
        taken = _take_in(parts, moved or _conversation(parts, number, text.words), text)
    if taken.is_new and moved:
        say_fixed(parts.turn, taken.message, "sms_moved")
    elif taken.is_new and not obey_keyword(parts.turn, taken.message):
        parts.live.changed([POST])
    return taken.is_new


def _conversation(parts: Parts, number: str, words: str) -> Conversation:
    """The number's newest conversation if it is not over, else a new one. One that went on by
    the web is by text again: the answer goes where the citizen writes. Not for STOP: by text no
    more would come, and the web could no longer see it."""
    with parts.turn.store.begin() as work:
        held = work.conversations.latest_at(number)
        if held is not None and not is_over(work, held, parts.turn.clock.now()):
            if held.medium is not Medium.SMS and not _says_stop(parts, words):
                held = replace(held, medium=Medium.SMS, token_hash=None)
                work.conversations.save(held)
                work.commit()
            return held
    conversation, _ = start_conversation(parts.turn, Medium.SMS, address=number)
    return conversation


def _says_stop(parts: Parts, words: str) -> bool:
    request = parts.turn.safety.sms_keyword(words)
    return request is not None and request.kind == "stop"


def _take_in(parts: Parts, conversation: Conversation, text: InboundText) -> TakenIn:
    source = text.provider, text.provider_id
    try:
        return take_in(parts.turn, conversation.id, text.words, None, *source)
    except MessageEmpty:
        return take_in(parts.turn, conversation.id, NO_WORDS, None, *source)
