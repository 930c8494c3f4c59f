"""Dates as people read them, in the citizen's language."""

from __future__ import annotations

from datetime import date, datetime

from actions.gateways.clock import as_local
from actions.words import Words


def long(day: date, words: Words) -> str:
    """``Tuesday 24 November``: with the weekday, which is how people plan."""
    return words.text(
        "date_long",
        weekday=words.text(f"weekday_{day.weekday()}"),
        day=day.day,
        month=words.text(f"month_{day.month}"),
    )


def with_time(moment: datetime, words: Words) -> str:
    """``Tuesday 24 November, 10:00`` on the clock in the council's town."""
    local = as_local(moment)
    return f"{long(local.date(), words)}, {local:%H:%M}"


def short(day: date) -> str:
    """``24/11/2026``."""
    return f"{day:%d/%m/%Y}"
