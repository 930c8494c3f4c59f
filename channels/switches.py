"""Off-switches as the product works with them: looked up now and then, never once a turn."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.conversation import Conversation
from bot.errors import AssistantUnavailable
from bot.need import Availability, Circumstances
from bot.ports import Assistant
from bot.switches import APPROVAL, ASSISTANT, SERVICE, Switches
from bot.understanding import Answer

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0
"""Seconds until a switch has reached every process."""


class SwitchBoard:
    """What is off, at most ``every`` seconds ago. While the database is away: as it was."""

    def __init__(
        self,
        switches: Switches,
        every: float = LOOK_EVERY,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._switches, self._every, self._seconds = switches, every, seconds
        self._off: frozenset[str] = frozenset()
        self._looked = -every
        self._lock = threading.Lock()

    def is_off(self, name: str) -> bool:
        """Whether ``name`` is switched off."""
        return name in self._now()

    def service_is_off(self, service: str) -> bool:
        """Whether the service with this card is switched off."""
        return f"{SERVICE}{service}" in self._now()

    def is_confirmed(self, service: str) -> bool:
        """Whether an agent confirms answers about the service with this card."""
        return f"{APPROVAL}{service}" in self._now()

    def _now(self) -> frozenset[str]:
        with self._lock:
            due = self._seconds() - self._looked >= self._every
            if due:
                self._looked = self._seconds()
        if due:
            try:
                self._off = frozenset(off.name for off in self._switches.all_off())
            except sa.exc.SQLAlchemyError as error:
                log.warning("switches could not be looked up: %s", type(error).__name__)
        return self._off


@dataclass(frozen=True)
class SwitchedAssistant:
    """An Assistant that is not there while it, or the citizen's medium, is switched off."""

    inner: Assistant
    board: SwitchBoard

    def ask(
        self,
        conversation: Conversation,
        message_id: str,
        text: str,
        circumstances: Circumstances,
        availability: Availability,
    ) -> Answer:
        """The inner answer. Raises AssistantUnavailable."""
        if self.board.is_off(ASSISTANT) or self.board.is_off(conversation.medium.value):
            raise AssistantUnavailable
        return self.inner.ask(conversation, message_id, text, circumstances, availability)
