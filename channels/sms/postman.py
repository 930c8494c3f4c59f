"""The postman: answers texts that were taken in, and delivers what the outbox holds.

One thread answers, woken by every change and at least once a second; another delivers, so that
a provider that hangs never keeps a text from being looked at for danger. The first also
finishes, for web and text alike, what a crash left unanswered. Work is found in the database,
never handed over in memory, so nothing accepted is lost with the process.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

from bot.message import Medium, Message
from bot.ports import POST
from bot.turn import handle_turn
from channels.pages.errors import DATABASE_AWAY
from channels.parts import Parts
from channels.sms.deliver import Deliverer
from channels.sms.keywords import obey_keyword
from channels.sms.providers import make_provider, make_second_provider
from channels.sms.providers.base import SmsProvider
from channels.sms.sms_log import SmsLog

log = logging.getLogger(__name__)

LEFT_BEHIND = timedelta(seconds=30)
"""A web message unanswered for so long was left behind by a crash."""
REST = 0.05
"""Seconds between two rounds: under load one round serves many changes."""
LEASE = timedelta(minutes=3)
AT_ONCE = 8  # parcels leased at a time: their time-outs together are shorter than the lease
ANSWERERS = 4
RETRIES = (5.0, 30.0, 120.0, 600.0, 3600.0)  # seconds, for a message whose turn fails


class Postman:
    """Works in threads of its own from ``start`` to ``stop``; ``run_once`` is one round."""

    def __init__(
        self,
        parts: Parts,
        provider: SmsProvider,
        seconds: Callable[[], float] = time.monotonic,
        second: SmsProvider | None = None,
    ) -> None:
        self._parts, self._seconds = parts, seconds
        self._deliverer = Deliverer(parts, provider, SmsLog(parts.engine), second)
        self._pool = ThreadPoolExecutor(ANSWERERS, thread_name_prefix="answer")
        self._busy: dict[str, Future[None]] = {}
        self._failed: dict[str, tuple[int, float]] = {}
        self._stopping = threading.Event()
        self._due = threading.Event()
        self._threads = (
            threading.Thread(target=self._work, name="postman", daemon=True),
            threading.Thread(target=self._deliveries, name="postman delivers", daemon=True),
        )

    def start(self) -> Postman:
        """Begin to work."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Finish what is being answered, deliver it, and end."""
        self._stopping.set()
        self._parts.live.changed([POST])
        self._due.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(30)
        self._pool.shutdown(wait=True)
        self._deliver()

    def run_once(self) -> None:
        """Answer everything that waits, then deliver everything that is due."""
        while self._answer():
            wait(list(self._busy.values()))
        self._deliver()

    def _work(self) -> None:
        asyncio.run(self._rounds())

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            woken = asyncio.create_task(self._parts.live.wait(POST, 1.0))
            await asyncio.sleep(0)  # watch first, look after: nothing slips between
            try:
                await asyncio.to_thread(self._round)
            except Exception as error:  # the database is away: try again in a moment
                log.error("postman: %s", type(error).__name__)
            await woken
            await asyncio.sleep(REST)

    def _round(self) -> None:
        self._answer()
        self._due.set()

    def _deliveries(self) -> None:
        while not self._stopping.is_set():
            self._due.wait()
            self._due.clear()
            try:
                self._deliver()
            except Exception as error:  # the database is away: the next round tries again
                log.error("postman delivers: %s", type(error).__name__)

    def _answer(self) -> int:
        """Start answering what waits; how many were started."""
        self._busy = {key: f for key, f in self._busy.items() if not f.done()}
        waiting = [m for m in self._waiting() if m.conversation_id not in self._busy]
        started = 0
        for message in waiting:  # one at a time in each conversation, in their order
            if message.conversation_id not in self._busy and self._may_try(message):
                answering = self._pool.submit(self._answer_one, message)
                self._busy[message.conversation_id] = answering
                started += 1
        return started

    def _waiting(self) -> list[Message]:
        """Texts not answered yet, and web messages that nobody is answering any more."""
        now = self._parts.turn.clock.now()
        with self._parts.turn.store.begin() as work:
            found = []
            for message in work.messages.unanswered(now):
                conversation = work.conversations.get(message.conversation_id)
                is_text = conversation is not None and conversation.medium is Medium.SMS
                is_text = is_text or work.messages.by_text(message.id)  # gone on by the web since
                if is_text or now - message.at > LEFT_BEHIND:
                    found.append(message)
        return found

    def _may_try(self, message: Message) -> bool:
        _, at = self._failed.get(message.id, (0, 0.0))
        return self._seconds() >= at

    def _answer_one(self, message: Message) -> None:
        try:
            if not obey_keyword(self._parts.turn, message):
                handle_turn(self._parts.turn, message)
        except DATABASE_AWAY as error:  # no fault of this message: it does not wait ever longer
            tries = self._failed.get(message.id, (0, 0.0))[0]
            self._failed[message.id] = (tries, self._seconds() + RETRIES[0])
            log.error("turn failed: %s", type(error).__name__)
        except Exception as error:
            tries = self._failed.get(message.id, (0, 0.0))[0] + 1
            rest = RETRIES[min(tries, len(RETRIES)) - 1]
            self._failed[message.id] = (tries, self._seconds() + rest)
            log.error("turn failed %d times: %s", tries, type(error).__name__)
        else:
            self._failed.pop(message.id, None)

    def _deliver(self) -> None:
        turn = self._parts.turn
        while True:
            now = turn.clock.now()
            with turn.store.begin() as work:
                parcels = work.outbox.lease("sms", now, now + LEASE, AT_ONCE)
                work.commit()
            for parcel in parcels:
                self._deliverer.deliver(parcel)
            if len(parcels) < AT_ONCE or self._stopping.is_set():
                return  # what is left is in the outbox


def start_postman(parts: Parts) -> Postman:
    """A postman at work with the provider that is set up. Raises BadSetting."""
    second = make_second_provider(parts.settings)
    return Postman(parts, make_provider(parts.settings), second=second).start()
