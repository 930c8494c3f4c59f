"""Deliver one parcel of the outbox as text messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from bot.conversation import Conversation
from bot.errors import DeliveryRefused, DeliveryUnavailable
from bot.message import Message, last_buttons
from bot.ports import Parcel, UnitOfWork
from bot.sms_text import sms_parts, sms_texts
from channels.parts import Parts
from channels.sms.numbers import is_landline
from channels.sms.other_way import call_instead, link_to_web
from channels.sms.providers.base import NumberStopped, SmsProvider
from channels.sms.quiet import send_no_sooner
from channels.sms.retry import wait_after
from channels.sms.sms_log import SentText, SmsLog


@dataclass(frozen=True)
class _Opened:
    """A parcel made ready: the texts of each message, or why they do not go out now."""

    conversation: Conversation
    texts: tuple[tuple[str, str], ...] = ()
    """Pairs of message id and text."""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Deliverer:
    """Sends parcels by one provider. A parcel's texts that are out already stay out: after an
    interruption only the rest is sent. ``second`` carries the alphabets that the first would
    destroy, where the council has one."""

    parts: Parts
    provider: SmsProvider
    log: SmsLog
    second: SmsProvider | None = None

    def deliver(self, parcel: Parcel) -> None:
        """Send every text of ``parcel``, then note it as done, due again, or given up."""
        opened = self._open(parcel)
        if opened is None:
            return self._give_up(parcel, "nobody to send it to")
        if opened.not_before is not None:
            return self._later(parcel, opened.not_before)
        number = str(opened.conversation.address)
        try:
            if is_landline(number):
                raise DeliveryRefused("a landline")
            for place, (message_id, text) in enumerate(self._carried(opened)):
                self._send(opened.conversation, message_id, text, f"{parcel.id}-{place}")
        except NumberStopped as error:
            self._opt_out(number)
            return self._give_up(parcel, str(error))
        except DeliveryRefused as error:
            call_instead(self.parts, opened.conversation.id)
            return self._give_up(parcel, str(error))
        except DeliveryUnavailable as error:
            return self._again(opened, parcel, str(error))
        with self.parts.turn.store.begin() as work:
            work.outbox.done(parcel.id, self.parts.turn.clock.now())
            work.commit()

    def _open(self, parcel: Parcel) -> _Opened | None:
        """The texts; None when the number said STOP or the citizen was erased."""
        with self.parts.turn.store.begin() as work:
            ids = parcel.payload.get("message_ids", ())
            messages = [m for m in map(work.messages.get, ids) if m is not None]
            if not messages:
                return None
            conversation = work.conversations.get(messages[0].conversation_id)
            if conversation is None or conversation.address is None:
                return None
            certain = bool(parcel.payload.get("even_if_stopped"))
            certain = certain or _in_danger(work, conversation.id)
            if work.sms_numbers.opted_out(conversation.address) and not certain:
                return None
            so_far = work.messages.of(conversation.id)
        now = self.parts.turn.clock.now()
        wait = None if certain else send_no_sooner(self.parts.council, so_far, now)
        spoken = conversation.language
        texts = tuple((m.id, text) for m in messages for text in self._texts(m, so_far, spoken))
        return _Opened(conversation, texts, wait)

    def _texts(self, message: Message, so_far: list[Message], spoken: str) -> tuple[str, ...]:
        """``spoken``: the citizen's language, whatever the message quotes in another."""
        return sms_texts(
            message.text,
            message.buttons,
            first_number=1 + _offered_before(message, so_far),
            choose=self.parts.words.say("sms_choose", spoken, "sms"),
        )

    def _carried(self, opened: _Opened) -> tuple[tuple[str, str], ...]:
        """The texts themselves where a network carries them, else one with a link to them."""
        if all(self._carrier(text) for _, text in opened.texts):
            return opened.texts
        last_id = opened.texts[-1][0]
        return ((last_id, link_to_web(self.parts, opened.conversation)),)

    def _carrier(self, text: str) -> SmsProvider | None:
        able = [p for p in (self.provider, self.second) if p is not None and p.carries(text)]
        return able[0] if able else None

    def _send(self, conversation: Conversation, message_id: str, text: str, ref: str) -> None:
        if self.log.has(ref):
            return
        number = str(conversation.address)
        provider = self._carrier(text) or self.provider
        provider_id = provider.send(number, text, ref)
        self.log.add(
            SentText(
                reference=ref,
                address=number,
                text=text if provider.keeps_text else "",
                provider=provider.name,
                provider_id=provider_id,
                status="sent",
                at=self.parts.turn.clock.now(),
                conversation_id=conversation.id,
                message_id=message_id,
                parts=sms_parts(text),
            )
        )

    def _again(self, opened: _Opened, parcel: Parcel, why: str) -> None:
        wait, now = wait_after(parcel.attempts), self.parts.turn.clock.now()
        if wait is None:  # after a day of trying
            call_instead(self.parts, opened.conversation.id)
            return self._give_up(parcel, why)
        with self.parts.turn.store.begin() as work:
            work.outbox.again(parcel.id, now + wait, why)
            work.commit()

    def _later(self, parcel: Parcel, due: datetime) -> None:
        with self.parts.turn.store.begin() as work:
            work.outbox.again(parcel.id, due, "quiet hours")
            work.commit()

    def _give_up(self, parcel: Parcel, why: str) -> None:
        with self.parts.turn.store.begin() as work:
            work.outbox.give_up(parcel.id, self.parts.turn.clock.now(), why)
            work.commit()

    def _opt_out(self, number: str) -> None:
        with self.parts.turn.store.begin() as work:
            work.sms_numbers.opt_out(number, self.parts.turn.clock.now())
            work.commit()


def _in_danger(work: UnitOfWork, conversation_id: str) -> bool:
    """Whether a person in danger is being helped: then STOP and the hour stop nothing."""
    handoff = work.handoffs.open_of(conversation_id)
    return handoff is not None and any(r.startswith("safety_") for r in handoff.reasons)


def _offered_before(message: Message, so_far: Iterable[Message]) -> int:
    """How many choices stood on offer before ``message``: its own are numbered after them."""
    before = takewhile(lambda earlier: earlier.id != message.id, so_far)
    return len(last_buttons(before, numbered=True))
