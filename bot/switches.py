"""Off-switches: for the whole assistant, for one medium, for one service.

Whatever is off, danger is still answered and a person is still on offer; what the assistant
would have answered goes to a person, and is answered after all when it is on again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.errors import BadInput
from bot.message import Medium

ASSISTANT = "assistant"
SERVICE = "service:"
APPROVAL = "approval:"
"""Not off but held: an agent confirms what the assistant says about this service."""


class SwitchUnknown(BadInput):
    """There is no such switch. Use assistant, web, sms, or service:ID with the id of a card."""


@dataclass(frozen=True)
class Off:
    """Something that is switched off: since when (UTC), by whom and why."""

    name: str
    since: datetime
    by: str
    reason: str


class Switches(Protocol):
    """What is off. Nothing is, until somebody switches it off."""

    def all_off(self) -> list[Off]:
        """What is off, by name."""

    def switch_off(self, off: Off) -> bool:
        """Switch it off. False, and nothing changed, when it was off already."""

    def switch_on(self, name: str) -> bool:
        """Switch it on. False when it was on already."""


def check_name(name: str, services: Collection[str]) -> str:
    """``name`` as it is kept. Raises SwitchUnknown."""
    plain = name.strip().lower()
    media = {medium.value for medium in Medium}
    if plain == ASSISTANT or plain in media:
        return plain
    if plain.startswith(SERVICE) and plain.removeprefix(SERVICE) in services:
        return plain
    raise SwitchUnknown
