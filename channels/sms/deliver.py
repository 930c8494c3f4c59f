"""Deliver one parcel of the outbox as text messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import DeliveryRefused, DeliveryUnavailable
from bot.message import Message, Sender
from bot.ports import Parcel
from bot.sms_text import sms_texts
from channels.parts import Parts
from channels.sms.providers.base import NumberStopped, SmsProvider
from channels.sms.retry import wait_after
from channels.sms.sms_log import SentText, SmsLog


@dataclass(frozen=True)
class Deliverer:
    """Sends parcels by one provider. A parcel's texts that are out already stay out: after an
    interruption only the rest is sent."""

    parts: Parts
    provider: SmsProvider
    log: SmsLog

    def deliver(self, parcel: Parcel) -> None:
        """Send every text of ``parcel``, then note it as done, due again, or given up."""
        number, texts = self._open(parcel)
        if number is None:
            return self._give_up(parcel, "nobody to send it to")
        try:
            for place, text in enumerate(texts):
                self._send(number, text, f"{parcel.id}-{place}")
        except NumberStopped as error:
            self._opt_out(number)
            return self._give_up(parcel, str(error))
        except DeliveryRefused as error:
            return self._give_up(parcel, str(error))
        except DeliveryUnavailable as error:
            return self._again(parcel, str(error))
        with self.parts.turn.store.begin() as work:
            work.outbox.done(parcel.id, self.parts.turn.clock.now())
            work.commit()

    def _open(self, parcel: Parcel) -> tuple[str | None, list[str]]:
        """The number and the texts; no number when it said STOP or the citizen was erased."""
        with self.parts.turn.store.begin() as work:
            ids = parcel.payload.get("message_ids", ())
            messages = [m for m in map(work.messages.get, ids) if m is not None]
            if not messages:
                return None, []
            conversation = work.conversations.get(messages[0].conversation_id)
            number = conversation.address if conversation else None
            stopped = number is not None and work.sms_numbers.opted_out(number)
            if stopped and not parcel.payload.get("even_if_stopped"):
                return None, []
            so_far = work.messages.of(messages[0].conversation_id)
        return number, [t for m in messages for t in self._texts(m, so_far)]

    def _texts(self, message: Message, so_far: list[Message]) -> tuple[str, ...]:
        return sms_texts(
            message.text,
            message.buttons,
            first_number=1 + _offered_before(message, so_far),
            choose=self.parts.words.say("sms_choose", message.lang, "sms"),
        )

    def _send(self, number: str, text: str, reference: str) -> None:
        if self.log.has(reference):
            return
        provider_id = self.provider.send(number, text, reference)
        self.log.add(
            SentText(
                reference=reference,
                address=number,
                text=text if self.provider.keeps_text else "",
                provider=self.provider.name,
                provider_id=provider_id,
                status="sent",
                at=self.parts.turn.clock.now(),
            )
        )

    def _again(self, parcel: Parcel, why: str) -> None:
        wait, now = wait_after(parcel.attempts), self.parts.turn.clock.now()
        if wait is None:
            return self._give_up(parcel, why)
        with self.parts.turn.store.begin() as work:
            work.outbox.again(parcel.id, now + wait, why)
            work.commit()

    def _give_up(self, parcel: Parcel, why: str) -> None:
        with self.parts.turn.store.begin() as work:
            work.outbox.give_up(parcel.id, self.parts.turn.clock.now(), why)
            work.commit()

    def _opt_out(self, number: str) -> None:
        with self.parts.turn.store.begin() as work:
            work.sms_numbers.opt_out(number, self.parts.turn.clock.now())
            work.commit()


def _offered_before(message: Message, so_far: Iterable[Message]) -> int:
    """How many choices stood on offer before ``message``: its own are numbered after them."""
    count = 0
    for earlier in so_far:
        if earlier.id == message.id:
            break
        count = 0 if earlier.sender is Sender.CITIZEN else count + len(earlier.buttons)
    return count
