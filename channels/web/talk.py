"""What the API and the page do alike: start, open, say, read and end a conversation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.conversation import Conversation
from bot.desk_message import CHANGE_WITHIN
from bot.errors import ConversationUnknown
from bot.handoff import Handoff
from bot.message import MAX_CHARACTERS, Medium, Message, Sender, has_words
from bot.passport import forgotten, kept
from bot.ports import UnitOfWork
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.talk_over import is_over
from bot.turn import handle_turn
from bot.turn_record import TurnRecord
from channels.chat_tokens import check_token, hash_token, new_token
from channels.limits import Limiter
from channels.pages import Unavailable
from channels.parts import Parts

log = logging.getLogger(__name__)


class AnswerDelayed(Unavailable):
    """Your message is kept, but its answer is late. Ask for new messages in a minute."""


CHANGES_KEPT = CHANGE_WITHIN * 2
"""A page that comes back later than this reads itself anew."""


@dataclass(frozen=True)
class Started:
    """A new conversation, the secret that opens it, and its greeting."""

    conversation: Conversation
    token: str
    messages: list[Message]


@dataclass(frozen=True)
class Said:
    """What one message brought: the replies, and the route decided on, if one was."""

    message: Message
    replies: list[Message]
    route: Mapping[str, Any] | None


@dataclass(frozen=True)
class News:
    """``new`` messages, and older ones ``changed`` by the agent who sent them."""

    new: list[Message]
    changed: list[Message]


@dataclass(frozen=True)
class View:
    """A conversation as its page shows it."""

    conversation: Conversation
    messages: list[Message]
    handoff: Handoff | None
    is_over: bool
    was_in_danger: bool
    is_unanswered: bool


@dataclass(frozen=True)
class Talk:
    """Conversations on the web. ``address`` is the network address a request came from."""

    parts: Parts
    limiter: Limiter

    def start(
        self, address: str, language: str | None, last: Conversation | None = None
    ) -> Started:
        """A new conversation; it knows what the citizen asked us to keep of ``last``. Raises
        TooManyRequests."""
        self.limiter.take(f"start {address}", self.parts.settings.rate_per_address // 2 or 1)
        token = new_token()
        conversation, messages = start_conversation(
            self.parts.turn, Medium.WEB, language, token_hash=hash_token(token), last=last
        )
        return Started(conversation, token, messages)

    def open(self, conversation_id: str, token: str) -> Conversation:
        """The conversation. Raises ConversationUnknown, TokenWrong."""
        with self.parts.turn.store.begin() as work:
            conversation = work.conversations.get(conversation_id)
        if conversation is None:
            raise ConversationUnknown
        check_opens(conversation, token)
        return conversation

    def open_with_time(self, conversation_id: str, token: str) -> tuple[Conversation, timedelta]:
        """The conversation, and how much longer its browser keeps it (negative: no longer), in one
        look at the database. Raises ConversationUnknown, TokenWrong."""
        with self.parts.turn.store.begin() as work:
            conversation = work.conversations.get(conversation_id)
            if conversation is None:
                raise ConversationUnknown
            check_opens(conversation, token)
            case_open = work.handoffs.open_of(conversation_id) is not None
        return conversation, conversation.shown_for(
            self.parts.turn.clock.now(), case_open=case_open
        )

    def say(
        self, conversation: Conversation, address: str, text: str, client_id: str | None = None
    ) -> Said:
        """Keep the message, answer it, and return the answer; the same again for the same
        ``client_id``. Raises TooManyRequests, MessageEmpty, ConversationExpired; AnswerDelayed
        once it is kept."""
        return self._say(conversation.id, address, text, client_id, lambda _: None)

    def say_with(
        self,
        conversation_id: str,
        token: str,
        address: str,
        text: str,
        client_id: str | None = None,
    ) -> Said:
        """The same in a conversation that ``token`` is to open. Raises ConversationUnknown and
        TokenWrong besides."""
        return self._say(
            conversation_id, address, text, client_id, lambda held: check_opens(held, token)
        )

    def _say(
        self,
        conversation_id: str,
        address: str,
        text: str,
        client_id: str | None,
        may: Callable[[Conversation], None],
    ) -> Said:
        def check(conversation: Conversation) -> None:
            may(conversation)
            settings = self.parts.settings
            self.limiter.take(f"talk {conversation.id}", settings.rate_per_conversation)
            self.limiter.take(f"talk {address}", settings.rate_per_address)

        taken = take_in(self.parts.turn, conversation_id, text, client_id, check=check)
        try:
            kept = handle_turn(self.parts.turn, taken.message)
        except Exception as error:  # whatever it is, the message is kept: the postman answers it
            log.error("turn failed: %s", type(error).__name__)
            raise AnswerDelayed from error
        return Said(taken.message, kept.said, _route(kept.record) if kept.said else None)

    def messages(self, conversation_id: str, after: str | None = None) -> list[Message]:
        """What was said, in order, or only what came after the message ``after``."""
        with self.parts.turn.store.begin() as work:
            return work.messages.of(conversation_id, after)

    def news(self, conversation_id: str, after: str | None = None) -> News:
        """What came after the message ``after``, and what was changed lately. What is handed out
        here is noted as delivered."""
        store, now = SqlStaffStore(self.parts.engine), self.parts.turn.clock.now()
        with store.begin() as work:
            new = work.messages.of(conversation_id, after)
            changed = work.changes.changed_since(conversation_id, now - CHANGES_KEPT)
            sent = [m.id for m in new if m.sender is Sender.AGENT]
            if sent and work.changes.delivered(conversation_id, sent[-1], now):
                work.commit()
                self.parts.live.changed([conversation_id])
        return News(new, changed)

    def seen(self, conversation_id: str, up_to: str) -> None:
        """The citizen had everything up to the message ``up_to`` on their screen."""
        with SqlStaffStore(self.parts.engine).begin() as work:
            if not work.changes.read(conversation_id, up_to, self.parts.turn.clock.now()):
                return
            work.commit()
        self.parts.live.changed([conversation_id])

    def view(self, conversation: Conversation) -> View:
        """Everything the page needs to show the conversation."""
        with self.parts.turn.store.begin() as work:
            messages = work.messages.of(conversation.id)
            last = messages[-1] if messages else None
            turns = work.records.turns_of(conversation.id)
            handoff, now = work.handoffs.open_of(conversation.id), self.parts.turn.clock.now()
            return View(
                conversation,
                messages,
                handoff=handoff,
                is_over=conversation.is_over(now, case_open=handoff is not None),
                was_in_danger=any(turn.ending.startswith("safety_") for turn in turns),
                is_unanswered=_is_unanswered(work, last),
            )

    def is_over(self, conversation: Conversation) -> bool:
        """Whether nothing more can be said in the conversation."""
        with self.parts.turn.store.begin() as work:
            return is_over(work, conversation, self.parts.turn.clock.now())

    def note(self, conversation: Conversation, key: str) -> None:
        """Say one of the assistant's fixed texts in the conversation."""
        parts, language = self.parts.turn, conversation.language
        message = Message(
            id=parts.new_id(),
            conversation_id=conversation.id,
            sender=Sender.SYSTEM,
            text=parts.replies.say(key, language, Medium.WEB.value),
            lang=language,
            at=parts.clock.now(),
        )
        with parts.store.begin() as work:
            work.messages.add(message)
            work.commit()

    def choose_language(self, conversation: Conversation, language: str) -> Conversation:
        """The conversation, from now on in ``language``."""
        return self._change(conversation.id, language=language, language_chosen=True)

    def keep_needs(self, conversation: Conversation, *, known: bool) -> Conversation:
        """The conversation, whose needs are known next time or forgotten at once."""
        with self.parts.turn.locks.hold(conversation.id), self.parts.turn.store.begin() as work:
            held = work.conversations.get(conversation.id)
            if held is None:
                raise ConversationUnknown
            told = kept(held.circumstances) if known else forgotten(held.circumstances)
            changed = replace(held, circumstances=told)
            work.conversations.save(changed)
            work.commit()
        self.parts.live.changed([conversation.id, "desk"])
        return changed

    def end(self, conversation: Conversation) -> Conversation:
        """The conversation, ended by the citizen. A person who was asked for still comes."""
        return self._change(conversation.id, closed_at=self.parts.turn.clock.now())

    def _change(self, conversation_id: str, **changes: Any) -> Conversation:
        with self.parts.turn.locks.hold(conversation_id), self.parts.turn.store.begin() as work:
            held = work.conversations.get(conversation_id)
            if held is None:
                raise ConversationUnknown
            changed = replace(held, **changes)
            work.conversations.save(changed)
            work.commit()
        self.parts.live.changed([conversation_id, "desk"])
        return changed


def check_opens(conversation: Conversation, token: str) -> None:
    """Raises ConversationUnknown or TokenWrong when ``token`` does not open it on the web."""
    if conversation.medium is not Medium.WEB:
        raise ConversationUnknown
    check_token(conversation, token)


def worth_keeping(text: str) -> bool:
    """Whether a refused message should stay in the box for the citizen to change."""
    return len(text) > MAX_CHARACTERS or not has_words(text)


def _is_unanswered(work: UnitOfWork, last: Message | None) -> bool:
    is_citizens = last is not None and last.sender is Sender.CITIZEN
    return is_citizens and last is not None and not work.messages.answered(last.id)


def _route(record: TurnRecord | None) -> Mapping[str, Any] | None:
    """The route in a turn's record, if one was decided on."""
    if record is None or record.route_channel is None:
        return None
    return {
        "channel": record.route_channel,
        "way": record.route_way,
        "reasons": list(record.route_reasons),
        "alternatives": list(record.route_alternatives),
        "policy_version": record.policy_version,
    }
