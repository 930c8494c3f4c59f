"""Acts at the desk that another system asked for, so that each is done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.errors import HandoffError


class CallMade(HandoffError):
    """This very call was being answered at the same moment. Ask again for its answer."""


@dataclass(frozen=True)
class Call:
    """An act that was done: ``caller`` and ``key`` name it, ``asked`` is a keyed hash of what was
    asked for, ``answer`` what was said then. It holds no words of anybody. ``at`` in UTC."""

    caller: str
    key: str
    asked: str
    at: datetime
    answer: Mapping[str, Any]


class Calls(Protocol):
    """Acts done, by caller and key."""

    def get(self, caller: str, key: str, since: datetime) -> Call | None:
        """The one of this name, kept at ``since`` (UTC) or later; None when there is none."""

    def add(self, call: Call, since: datetime) -> None:
        """Keep it, and drop those older than ``since``. Raises CallMade when one of this name is
        held: then nothing more of this transaction can be kept."""
