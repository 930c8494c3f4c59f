"""News of the service for the top of every page, while its days last."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from bot.council import LONDON, Notice
from bot.replies import FALLBACK_LANGUAGE
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts

log = logging.getLogger(__name__)

KEPT = 10.0  # seconds


@dataclass(frozen=True)
class News:
    """One notice as a page shows it; ``lang`` is what its text is written in."""

    text: str
    lang: str
    start: str
    end: str


class NoticeBoard:
    """What is to be shown today: the council's file and what team leads have put up. Read again
    every KEPT seconds; while the database is away, what was read last stays."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._held: tuple[Notice, ...] = ()
        self._until = 0.0

    def at(self, language: str) -> list[News]:
        """The notices, in ``language`` or else in English."""
        parts = self._parts
        shown = (*parts.council.notices_at(parts.turn.clock.now()), *self._put_up())
        return [
            News(
                text=notice.texts.get(language, notice.texts[FALLBACK_LANGUAGE]),
                lang=language if language in notice.texts else FALLBACK_LANGUAGE,
                start=_day(parts, language, notice.start),
                end=_day(parts, language, notice.end),
            )
            for notice in shown
        ]

    def _put_up(self) -> tuple[Notice, ...]:
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + KEPT
            try:
                self._held = self._read()
            except sa.exc.SQLAlchemyError as error:
                log.error("notices: %s", type(error).__name__)
        return self._held

    def _read(self) -> tuple[Notice, ...]:
        now = self._parts.turn.clock.now()
        with SqlStaffStore(self._parts.engine).begin() as work:
            held = work.notices.ending_after(now)
        days = [(n.texts, n.starts.astimezone(LONDON), n.ends.astimezone(LONDON)) for n in held]
        return tuple(
            Notice(texts, start.date(), (end - timedelta(seconds=1)).date())
            for texts, start, end in days
            if start <= now
        )


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
