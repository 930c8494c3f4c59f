"""Reports that are being made, each in a process of its own: citizens never wait for the audit, and
its libraries' memory goes when it ends.

A folder beside the shelf tells how far one is, to every Fairway that shares the shelf. Its process
holds the lock in it for as long as it lives, so a process that was killed is told from one that
is slow.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from fairness.errors import ReportUnknown
from fairness.pages.asked import Asked

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "fairness.pages.making_child")
STEPS: Mapping[str, str] = {
    "waiting": "It waits for another report to be finished.",
    "reading": "Reading the conversations.",
    "comparing": "Comparing the groups.",
    "writing": "Writing the report.",
}
BROKEN_OFF = (
    "Making this report was broken off: its process was ended before it had finished (a restart, "
    "or too little memory). No report was kept and nothing else was touched. Please try again."
)
MOST_AT_ONCE = 3
KEPT = 24 * 3600.0
"""Seconds after which what is over is forgotten."""
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Job:
    """What the process is told; ``folder`` is where it says how far it is."""

    folder: str
    url: str
    shelf: str
    asked: Asked
    equality_key: str


@dataclass(frozen=True)
class Making:
    """How far one is. ``report_id`` when it is there; ``problem`` when it came to nothing."""

    id: str
    asked: Asked
    step: str
    report_id: str = ""
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will change."""
        return bool(self.report_id or self.problem)


Start = Callable[[Job, int], None]
"""Starts work on a job; the number is the open lock, which the worker keeps."""


def start_child(job: Job, lock: int) -> None:
    """In a process of its own. What it must know goes through its standard input, where no list of
    processes shows it."""
    with (Path(job.folder) / "errors.log").open("ab") as errors:
        process = subprocess.Popen(
            COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors,
            pass_fds=(lock,),
        )  # fmt: skip
    threading.Thread(target=_tell, args=(process, job), daemon=True).start()


def _tell(process: subprocess.Popen[bytes], job: Job) -> None:
    """Hand over the job and wait, so that an ended process does not stay in the list."""
    process.communicate(json.dumps(asdict(job)).encode())


def begin(shelf: Path, url: str, asked: Asked, equality_key: str, start: Start) -> str:
    """Have a report made; the id to look for it with."""
    making_id = secrets.token_hex(16)
    folder = _place(shelf) / making_id
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note(folder, "waiting", asked=asdict(asked))
        start(Job(str(folder), url, str(shelf), asked, equality_key), lock.fileno())
    return making_id


def under_way(shelf: Path) -> tuple[Making, ...]:
    """Those that are not over. What was over long ago is cleared away."""
    found = []
    for folder in _place(shelf).glob("*/"):
        try:
            making = look(shelf, folder.name)
        except ReportUnknown:  # it is just being begun
            continue
        if not making.is_over:
            found.append(making)
        elif time.time() - folder.stat().st_mtime > KEPT:
            shutil.rmtree(folder, ignore_errors=True)
    return tuple(found)


def look(shelf: Path, making_id: str) -> Making:
    """How far one is. Raises ReportUnknown."""
    folder = _place(shelf) / making_id
    if not _ID.fullmatch(making_id) or not (folder / "state.json").is_file():
        raise ReportUnknown
    is_alive = _is_held(folder / "lock")  # first: whatever it wrote last is then there to read
    making = _read(folder)
    if making.is_over or is_alive:
        return making
    return Making(making_id, making.asked, making.step, problem=BROKEN_OFF)


def note(folder: Path, step: str, **more: Any) -> None:
    """Write how far it is, whole or not at all."""
    path = folder / "state.json"
    held = json.loads(path.read_text("utf-8")) if path.exists() else {}
    new = folder / "state.new"
    new.write_text(json.dumps({**held, "step": step, **more}), "utf-8")
    os.replace(new, path)


def one_at_a_time(shelf: Path) -> IO[str]:
    """Wait until no other report is made on this shelf; the lock ends when it is closed."""
    lock = (_place(shelf) / "one").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _place(shelf: Path) -> Path:
    """Beside the shelf, not on it: an export takes the shelf as it is."""
    return shelf.with_name(f".{shelf.name}-being-made")


def _read(folder: Path) -> Making:
    held = json.loads((folder / "state.json").read_text("utf-8"))
    asked = Asked(**{**held["asked"], "groups": tuple(held["asked"]["groups"])})
    return Making(
        folder.name, asked, held["step"], held.get("report_id", ""), held.get("problem", "")
    )


def _is_held(path: Path) -> bool:
    try:
        with path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:  # begun this very moment
        return True
    return False
