"""Clears up once a day. Twice, or in two processes, does no harm."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from channels.background import Rounds
from channels.parts import Parts
from channels.privacy.erase import places_of
from channels.privacy.retention import Due, clear_up
from channels.privacy.schedule import Schedule, load_schedule

log = logging.getLogger(__name__)
FIRST = 900.0
"""Seconds after the start: not while everything else starts."""
DAY = 86_400.0


class Keeper:
    """``run_once`` clears up now."""

    def __init__(self, parts: Parts, schedule: Schedule) -> None:
        self._parts, self._schedule = parts, schedule

    def run_once(self) -> Due:
        """Clear up; how much it was."""
        settings = self._parts.settings
        places = places_of(settings, self._parts.engine)
        done = clear_up(places, settings.home / "logs", self._schedule, datetime.now(UTC))
        log.info("retention: %s", done.as_json())
        return done


def start_keeper(parts: Parts) -> Rounds | None:
    """A keeper at work, where the schedule wants one. Raises BadFile."""
    schedule = load_schedule(parts.settings.retention_file)
    if not schedule.daily:
        return None
    return Rounds("retention", Keeper(parts, schedule).run_once, DAY, FIRST).start()
