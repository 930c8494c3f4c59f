"""Clears up once a day, in a thread of its own. Twice, or in two processes, does no harm."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from channels.parts import Parts
from channels.privacy.erase import places_of
from channels.privacy.retention import Due, clear_up
from channels.privacy.schedule import Schedule, load_schedule

log = logging.getLogger(__name__)
FIRST = 900.0
"""Seconds after the start: not while everything else starts."""
DAY = 86_400.0


class Keeper:
    """Works from ``start`` to ``stop``; ``run_once`` clears up now."""

    def __init__(
        self, parts: Parts, schedule: Schedule, first: float = FIRST, every: float = DAY
    ) -> None:
        self._parts, self._schedule, self._first, self._every = parts, schedule, first, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> Keeper:
        """Begin to work."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def run_once(self) -> Due:
        """Clear up; how much it was."""
        settings = self._parts.settings
        places = places_of(settings, self._parts.engine)
        return clear_up(places, settings.home / "logs", self._schedule, datetime.now(UTC))

    def _work(self) -> None:
        pause = self._first
        while not self._stopping.wait(pause):
            pause = self._every
            try:
                log.info("retention: %s", self.run_once().as_json())
            except Exception as error:  # the database is away: tomorrow is another day
                log.error("retention: %s", type(error).__name__)


def start_keeper(parts: Parts) -> Keeper | None:
    """A keeper at work, where the schedule wants one. Raises BadFile."""
    schedule = load_schedule(parts.settings.retention_file)
    return Keeper(parts, schedule).start() if schedule.daily else None
