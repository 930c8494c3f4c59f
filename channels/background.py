"""Work done again and again in a thread of its own: reminders, retention, the desk's rounds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Rounds:
    """Calls ``once`` every ``every`` seconds, first after ``first``, from ``start`` to ``stop``,
    which calls ``at_stop``, waits for the round under way and calls ``at_end``. A round that fails
    is logged by its kind of error and tried again at the next: the database may be away for a
    while."""

    def __init__(
        self,
        name: str,
        once: Callable[[], object],
        every: float,
        first: float = 0.0,
        at_end: Callable[[], None] = lambda: None,
        at_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._name, self._once, self._every, self._first = name, once, every, first
        self._at_end, self._at_stop = at_end, at_stop
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> Rounds:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping.set()
        self._at_stop()
        if self._thread.is_alive():
            self._thread.join(30)
        self._at_end()

    def _work(self) -> None:
        pause = self._first
        while not self._stopping.wait(pause):
            pause = self._every
            try:
                self._once()
            except Exception as error:  # its message may quote a citizen
                log.error("%s: %s", self._name, type(error).__name__)
