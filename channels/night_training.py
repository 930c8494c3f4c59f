"""Train at night, if a service manager has added phrases: ``fairway train`` at a set time, once.

Started beside the pages. The gate decides as always whether the new model goes live; what it said
is in ``models/gate.jsonl`` and on the service manager's page.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.council import LONDON
from bot.ports import Clock
from channels.background import Rounds
from channels.own_files import text_of, write_whole
from channels.settings import ROOT, Settings
from channels.supervisor import STOP_GRACE, end, start_quietly

log = logging.getLogger(__name__)
EVERY = 60.0
LATE = timedelta(hours=1)
"""Whoever starts Fairway later than that after the time does not want it to train now."""


@dataclass(frozen=True)
class NightTraining:
    """``at``: HH:MM in London; ``folder``: where it is noted and locked; ``train``: does it and
    says whether it went well."""

    at: str
    folder: Path
    clock: Clock
    train: Callable[[], bool]

    def run_once(self) -> None:
        """Train if it is time and nobody has today; one process does."""
        now = self.clock.now().astimezone(LONDON)
        if not self._is_time(now):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "night.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            noted, today = self.folder / "night.txt", now.date().isoformat()
            if text_of(noted) == today:
                return
            write_whole(noted, today)
            log.info("training: begun at %s", self.at)
            log.info("training: %s", "ended" if self.train() else "failed; run: fairway train")

    def _is_time(self, now: datetime) -> bool:
        hour, minute = map(int, self.at.split(":"))
        due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return timedelta(0) <= now - due < LATE


class Trainer:
    """Runs ``command`` in ``folder``. It ends with this process, however that ends: a training
    that outlived it would hold the processor and let a model live that nobody waits for."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._lock, self._ended = threading.Lock(), False
        self._process: subprocess.Popen[bytes] | None = None

    def train(self) -> bool:
        """Run it to its end; whether it went well. Not once ``end`` was called."""
        with self._lock:
            if self._ended:
                return False
            self._process = start_quietly(self._command, self._folder)
        return self._process.wait() == 0

    def end(self) -> None:
        """End it, if it runs, with everything that it started."""
        with self._lock:
            self._ended = True
            if self._process is not None and self._process.poll() is None:
                end([self._process], grace=STOP_GRACE)


def start_night_training(settings: Settings, clock: Clock) -> Rounds | None:
    """The rounds of this process, at work; None where no time is set."""
    if not settings.train_at:
        return None
    command = [sys.executable, "-m", "channels.cli", "train"]

    trainer = Trainer(command, ROOT)
    night = NightTraining(settings.train_at, settings.home / "models", clock, trainer.train)
    return Rounds("training at night", night.run_once, EVERY, at_stop=trainer.end).start()
