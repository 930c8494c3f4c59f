"""Keeps a few programs running: starts them, watches their health, restarts, stops them.

A program that ends is started again after a wait that doubles each time (``Backoff``). One
that was healthy and then stops answering is killed first. Each runs in a process group of its
own, so that stopping takes its children too; on Linux the kernel ends them when this process
is killed outright.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

PATIENCE = 2.0  # seconds for an answer about health
HEALTH_EVERY = 3.0  # seconds between two looks at a program's health
UNHEALTHY_AFTER = 5  # looks in a row without an answer, from a program that had answered
STOP_GRACE = 12.0  # seconds to finish what it is doing before it is killed
LOG_LIMIT = 20_000_000  # bytes; a longer log is set aside at start
PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """One program to keep running. ``patience``: seconds it may take to become healthy;
    ``watch``: files, or folders of files, that it reads at its start."""

    name: str
    command: Sequence[str]
    health_url: str
    log: Path
    environment: Mapping[str, str]
    folder: Path
    patience: float = 120.0
    watch: tuple[Path, ...] = ()


@dataclass
class Backoff:
    """How long to wait before the next start: 1 s, doubling to 30 s; a good run resets it."""

    first: float = 1.0
    longest: float = 30.0
    good_run: float = 60.0
    wait: float = 0.0

    def after(self, ran_for: float) -> float:
        """Return the seconds to wait after a run of ``ran_for`` seconds."""
        if ran_for >= self.good_run or self.wait == 0:
            self.wait = self.first
        else:
            self.wait = min(self.wait * 2, self.longest)
        return self.wait


@dataclass
class Watched:
    """A program and what is known about its present run."""

    program: Program
    backoff: Backoff = field(default_factory=Backoff)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    looked_at: float = 0.0
    healthy: bool = False
    misses: int = 0
    read: tuple[object, ...] = ()


class Supervisor:
    """Runs ``programs`` until told to stop. ``on_healthy(name)`` is called each time one is."""

    def __init__(self, programs: Sequence[Program], say: Say, on_healthy: Say) -> None:
        self._watched = [Watched(program) for program in programs]
        self._say, self._on_healthy = say, on_healthy
        self._stopping = False

    def run(self) -> None:
        """Start everything; return once ``stop`` was asked for and every program is gone."""
        try:
            while not self._stopping:
                for watched in self._watched:
                    self._tend(watched)
                time.sleep(0.2)
        finally:
            self._end_all()

    def stop(self) -> None:
        """Ask ``run`` to end. Safe in a signal handler."""
        self._stopping = True

    def _tend(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.process is None:
            if now >= watched.start_again_at:
                _start(watched, now)
        elif watched.process.poll() is not None:
            self._note_end(watched, now, f"ended (exit code {watched.process.returncode})")
        elif self._is_behind(watched):
            self._say(f"{watched.program.name} starts again: what it reads at its start changed.")
            end([watched.process], grace=STOP_GRACE)
            watched.process, watched.healthy, watched.misses = None, False, 0
            watched.start_again_at = time.monotonic()
        elif now - watched.looked_at >= (HEALTH_EVERY if watched.healthy else 0.5):
            watched.looked_at = now
            self._look(watched, now, answers(watched.program.health_url))

    def _is_behind(self, watched: Watched) -> bool:
        """Whether it should start again; one at a time, so that the others answer meanwhile."""
        calm = all(other.healthy for other in self._watched)
        return calm and _state_of(watched.program.watch) != watched.read

    def _look(self, watched: Watched, now: float, answered: bool) -> None:
        watched.misses = 0 if answered else watched.misses + 1
        if answered and not watched.healthy:
            watched.healthy = True
            self._on_healthy(watched.program.name)
        late = not watched.healthy and now - watched.started_at > watched.program.patience
        if late or (watched.healthy and watched.misses >= UNHEALTHY_AFTER):
            end([watched.process], grace=2.0)
            self._note_end(watched, now, "did not answer")

    def _note_end(self, watched: Watched, now: float, how: str) -> None:
        wait = watched.backoff.after(now - watched.started_at)
        self._say(
            f"{watched.program.name} {how}; starting it again in {wait:.0f} s. "
            f"Its log: {watched.program.log}"
        )
        end([watched.process], grace=0.0)
        watched.process, watched.healthy, watched.misses = None, False, 0
        watched.start_again_at = now + wait

    def _end_all(self) -> None:
        end([watched.process for watched in self._watched], grace=STOP_GRACE)


def answers(url: str) -> bool:
    """Whether ``url``, plain HTTP, answers 200. By the standard library: this process stays for
    as long as the product runs, and an HTTP client would double its memory."""
    at = urlsplit(url)
    try:
        with closing(HTTPConnection(str(at.hostname), at.port, timeout=PATIENCE)) as line:
            line.request("GET", at.path)
            return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False


def _start(watched: Watched, now: float) -> None:
    program = watched.program
    watched.read = _state_of(program.watch)
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > LOG_LIMIT:
        program.log.replace(program.log.with_suffix(".log.1"))
    with program.log.open("ab") as log:
        watched.process = subprocess.Popen(
            list(program.command),
            cwd=program.folder,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
        )
    watched.started_at = watched.looked_at = now


def end(processes: Sequence[subprocess.Popen[bytes] | None], grace: float) -> None:
    """End processes with their whole groups: asked first, killed after ``grace`` seconds."""
    running = [process for process in processes if process is not None]
    for process in running:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(p.poll() is None for p in running):
        time.sleep(0.05)
    for process in running:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def run_to_its_end(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a program that ends by itself and return its exit code; its standard output is left
    out. Whatever ends us meanwhile ends it too, with its whole group.

    Raises KeyboardInterrupt on SIGTERM as on Ctrl-C. Call it in the main thread.
    """
    with _terminated_as_interrupted():
        process = start_quietly(command, folder, environment)
        try:
            return process.wait()
        finally:
            end([process], grace=2.0)


def start_quietly(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own, its standard output left out, ``environment`` ours
    where none is given; ``end`` ends it. On Linux it ends with the thread that started it."""
    return subprocess.Popen(
        list(command),
        cwd=folder,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent(),
    )


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """By itself SIGTERM would end us at once, and nothing would end what we had started."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _state_of(watch: Sequence[Path]) -> tuple[object, ...]:
    """Changes whenever one of the files does."""
    files = [f for path in watch for f in (sorted(path.glob("*.yml")) if path.is_dir() else [path])]
    found = ((file, file.stat()) for file in files if file.is_file())
    return tuple((str(file), told.st_mtime_ns, told.st_ino) for file, told in found)


def _signal_group(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    try:
        os.killpg(process.pid, what)
    except (ProcessLookupError, PermissionError):
        return  # the whole group is gone


def _die_with_parent() -> Callable[[], None] | None:
    """What a new process runs first on Linux: be ended with the supervisor, however it ends."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel
