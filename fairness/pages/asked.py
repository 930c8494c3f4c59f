"""What the form for a new report asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Asked:
    """What the form asks for, as typed."""

    groups: tuple[str, ...] = ("language",)
    within: str = ""
    since: str = ""
    until: str = ""
    previous: str = ""


def day(text: str) -> date | None:
    """``2026-01-31`` as a day; nothing typed is none. Raises ValueError."""
    return date.fromisoformat(text.strip()) if text.strip() else None
