"""Have the scheduled bias report made, in a process of its own so that no citizen waits for it.

A thread looks once an hour; ``fairway audit-due`` decides whether anything is due, and only one
process of many makes it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from channels.settings import ROOT, Settings

log = logging.getLogger(__name__)

HOUR = 3600.0
FIRST = 300.0
"""Seconds after the start: not while everything else starts."""
LONGEST = 1800.0
COMMAND = (sys.executable, "-m", "channels.cli", "audit-due")
Run = Callable[[Sequence[str]], int]


class AuditWatch:
    """Looks ``first`` seconds after ``start`` and every ``every`` seconds, until ``stop``."""

    def __init__(self, run: Run | None = None, first: float = FIRST, every: float = HOUR) -> None:
        self._run, self._first, self._every = run or _run, first, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="audit watch", daemon=True)

    def start(self) -> AuditWatch:
        """Begin to look."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; a report under way is left to finish by itself."""
        self._stopping.set()

    def _work(self) -> None:
        pause = self._first
        while not self._stopping.wait(pause):
            pause = self._every
            try:
                self._look()
            except (OSError, subprocess.SubprocessError) as error:
                log.error("the scheduled bias report could not be made: %s", type(error).__name__)

    def _look(self) -> None:
        status = self._run(COMMAND)
        if status == 3:
            log.warning("the scheduled bias report wants a person's eyes: see /audit")
        elif status != 0:
            log.error("the scheduled bias report ended with status %d", status)


def start_audit_watch(settings: Settings) -> AuditWatch | None:
    """A watch at work, unless no report is wanted."""
    return AuditWatch().start() if settings.audit_days else None


def _run(command: Sequence[str]) -> int:
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=LONGEST, check=False,
    )  # fmt: skip
    return done.returncode
