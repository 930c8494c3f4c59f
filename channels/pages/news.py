"""News of the service for the top of every page, while its days last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.replies import FALLBACK_LANGUAGE
from channels.parts import Parts


@dataclass(frozen=True)
class News:
    """One notice as a page shows it; ``lang`` is what its text is written in."""

    text: str
    lang: str
    start: str
    end: str


def notices_in(parts: Parts, language: str) -> list[News]:
    """What is to be shown today, in ``language`` or else in English."""
    return [
        News(
            text=notice.texts.get(language, notice.texts[FALLBACK_LANGUAGE]),
            lang=language if language in notice.texts else FALLBACK_LANGUAGE,
            start=_day(parts, language, notice.start),
            end=_day(parts, language, notice.end),
        )
        for notice in parts.council.notices_at(parts.turn.clock.now())
    ]


def _day(parts: Parts, language: str, day: date) -> str:
    say = parts.turn.replies.say
    return say(
        "date_long",
        language,
        "web",
        weekday=say(f"weekday_{day.weekday()}", language, "web"),
        day=day.day,
        month=say(f"month_{day.month}", language, "web"),
    )
