"""Servers of a test's own, which may be killed: each is started again a moment later."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import free_port, wait_until


@dataclass(frozen=True)
class OwnServer:
    """Where it answers, and the process to kill."""

    url: str
    pid: Callable[[], int]


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnServer]:
    """A Redis that keeps nothing on disk."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with _kept_running([*command, "--dir", str(folder)], folder, port) as pid:
        yield OwnServer(f"redis://127.0.0.1:{port}/0", pid)


@contextmanager
def own_postgres() -> Iterator[OwnServer]:
    """A PostgreSQL cluster of its own, which must not run as root. Not in a folder of pytest's:
    every pytest that starts shuts those to everybody else again."""
    with TemporaryDirectory(prefix="fairway-postgres-") as folder:
        yield from _postgres_in(Path(folder))


def _postgres_in(folder: Path) -> Iterator[OwnServer]:
    port, data, as_whom = free_port(), folder / "data", _not_root(folder)
    make = [*as_whom, _program("initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"]
    subprocess.run([*make, "--no-sync"], check=True, capture_output=True, cwd=folder)
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=",
               "max_connections=200"]  # fmt: skip
    command = [*as_whom, _program("postgres"), "-D", str(data)]
    for option in options:
        command += ["-c", option]
    with _kept_running(command, folder, port) as pid:
        yield OwnServer(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", pid)


def _not_root(folder: Path) -> list[str]:
    """What a command begins with to run as somebody else, who may write in ``folder``."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _program(name: str) -> str:
    """One of PostgreSQL's own programs, which Debian keeps off the path."""
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ["PATH"]]))
    assert found, f"{name} is missing: install PostgreSQL"
    return found


@contextmanager
def _kept_running(command: Sequence[str], folder: Path, port: int) -> Iterator[Callable[[], int]]:
    """``command``, started again whenever it ends; gives a way to ask for its process id."""
    stopping, now = threading.Event(), [0]

    def keep() -> None:
        while not stopping.is_set():
            with (folder / "server.log").open("ab") as log:
                process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
                now[0] = process.pid
                while process.poll() is None and not stopping.wait(0.2):
                    pass
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)  # PostgreSQL: at once, clients or not
                process.wait(20)
            stopping.wait(0.5)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    wait_until(lambda: _answers(port), 30)
    try:
        yield lambda: now[0]
    finally:
        stopping.set()
        thread.join(30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
