"""Off-switches as the product works with them: looked up now and then, never by who asks.

The action server asks on its event loop, where a look into the database would make every other
action wait; so a thread looks, and whoever asks gets what it saw last.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from bot.conversation import Conversation
from bot.errors import AssistantUnavailable
from bot.need import Availability, Circumstances
from bot.ports import Assistant
from bot.switches import APPROVAL, ASSISTANT, SERVICE, Switches
from bot.understanding import Answer
from channels.background import Rounds

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0
"""Seconds until a switch has reached every process."""


class SwitchBoard:
    """What was off when ``look`` was last called. While the database is away: as it was."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._off: frozenset[str] = frozenset()

    def look(self) -> None:
        """See what is off now."""
        try:
            self._off = frozenset(off.name for off in self._switches.all_off())
        except sa.exc.SQLAlchemyError as error:
            log.warning("switches could not be looked up: %s", type(error).__name__)

    def is_off(self, name: str) -> bool:
        """Whether ``name`` is switched off. Never waits."""
        return name in self._off

    def service_is_off(self, service: str) -> bool:
        """Whether the service with this card is switched off. Never waits."""
        return f"{SERVICE}{service}" in self._off

    def is_confirmed(self, service: str) -> bool:
        """Whether an agent confirms answers about the service with this card. Never waits."""
        return f"{APPROVAL}{service}" in self._off


def start_switch_board(board: SwitchBoard, every: float = LOOK_EVERY) -> Rounds:
    """Looks every ``every`` seconds from now on."""
    return Rounds("switches", board.look, every).start()


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
        *,
        for_desk: bool = False,
    ) -> Answer:
        """The inner answer. Raises AssistantUnavailable."""
        if self.board.is_off(ASSISTANT) or self.board.is_off(conversation.medium.value):
            raise AssistantUnavailable
        return self.inner.ask(
            conversation, message_id, text, circumstances, availability, for_desk=for_desk
        )
