"""Start servers, wait for them, and read what memory they hold (Linux, from /proc)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """``command`` as a process group of its own, ended with everything it started."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        if process.poll() is None:
            process.send_signal(sign)
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    for pid in _group(process.pid):
        os.kill(pid, signal.SIGKILL)


def wait_until(ready: Callable[[], bool], seconds: float) -> float:
    """Seconds until ``ready()`` is true. Raises TimeoutError."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if ready():
            return time.perf_counter() - started
        time.sleep(0.1)
    raise TimeoutError(f"not ready after {seconds} s")


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of the process and everything it started, in MB (10^6 bytes)."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(_pages(pid) for pid in tree(process.pid)) * page / 1e6


def _pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def _parents() -> dict[int, tuple[int, int]]:
    """pid → (parent, process group) of everything that runs."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(entry.name)] = (int(fields[1]), int(fields[2]))
    return found


def children(parent: int) -> dict[int, str]:
    """pid → command line of what ``parent`` started itself."""
    found = {}
    for pid, (started_by, _) in _parents().items():
        try:
            if started_by == parent:
                command = Path(f"/proc/{pid}/cmdline").read_text()
                found[pid] = command.replace("\0", " ")
        except OSError:
            continue
    return found


def _group(leader: int) -> list[int]:
    return [pid for pid, (_, group) in _parents().items() if group == leader]


def tree(root: int) -> set[int]:
    """The process and everything it started that still runs."""
    parents, found = _parents(), {root}
    while True:
        more = {pid for pid, (parent, _) in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more
