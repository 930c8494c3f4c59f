"""Which trace a message belongs to: handed on from Fairway's call to Rasa's call of the action."""

from __future__ import annotations

import re
from contextvars import ContextVar

HEADER = "traceparent"
of_this_turn: ContextVar[str] = ContextVar("of_this_turn", default="")
_W3C = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def note(header: str | None) -> None:
    """Remember the caller's trace for this turn; what has not its form is dropped."""
    of_this_turn.set(header if header and _W3C.fullmatch(header) else "")


def headers() -> dict[str, str] | None:
    """What to send along, if there is a trace."""
    held = of_this_turn.get()
    return {HEADER: held} if held else None
