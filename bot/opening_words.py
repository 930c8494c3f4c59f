"""When the contact centre opens next, in the citizen's language."""

from __future__ import annotations

from bot.council import DAYS
from bot.replies import Replies


def opening_in_words(next_open: str | None, replies: Replies, language: str, medium: str) -> str:
    """``Availability.next_open`` ("Monday 09:00") with the weekday's name in ``language``; an
    empty text for None."""
    day, _, at = (next_open or "").partition(" ")
    if day.lower() not in DAYS:
        return next_open or ""
    name = replies.say(f"weekday_{DAYS.index(day.lower())}", language, medium)
    return f"{name} {at}"
