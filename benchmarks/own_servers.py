"""Servers of one's own, which may be killed: each is started again a moment later.

PostgreSQL, Redis and RabbitMQ from the programs that are installed, and the sandbox council as a
process of its own; each on a port and in a folder of its own, so that nobody else's is touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
AT_HAND = "127.0.0.1"
SANDBOX_FILE = "council.db"


@dataclass(frozen=True)
class OwnServer:
    """Where it answers, and the process to kill."""

    url: str
    pid: Callable[[], int]


class ServerMissing(Exception):
    """A program is not on this machine."""


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnServer]:
    """A Redis that keeps nothing on disk."""
    port = free_port()
    command = [_program("redis-server"), "--port", str(port), "--bind", AT_HAND, "--save", ""]
    with _kept_running([*command, "--dir", str(folder)], folder, port) as pid:
        yield OwnServer(f"redis://{AT_HAND}:{port}/0", pid)


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
    options = [f"port={port}", f"listen_addresses={AT_HAND}", "unix_socket_directories=",
               "max_connections=200"]  # fmt: skip
    command = [*as_whom, _program("postgres"), "-D", str(data)]
    for option in options:
        command += ["-c", option]
    # SIGINT: it ends at once, clients or not
    with _kept_running(command, folder, port, stop=signal.SIGINT) as pid:
        yield OwnServer(f"postgresql+psycopg://postgres@{AT_HAND}:{port}/postgres", pid)


@contextmanager
def own_rabbitmq(folder: Path) -> Iterator[OwnServer]:
    """A RabbitMQ with its own list of nodes (epmd), so that it meets no other one here. Durable
    queues outlast a kill, as in a council's broker."""
    names, port = free_port(), free_port()
    env = {
        "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": AT_HAND, "HOME": str(folder),
        "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the server: its id is the one to kill
        "RABBITMQ_NODENAME": f"fairway{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": AT_HAND, "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }  # fmt: skip
    list_of_nodes = [_program("epmd"), "-port", str(names), "-address", AT_HAND]
    command = [_program("rabbitmq-server", "/usr/lib/rabbitmq/bin")]
    with (
        _kept_running(list_of_nodes, folder, names),
        _kept_running(command, folder, port, env, signal.SIGKILL) as pid,
    ):
        yield OwnServer(f"amqp://guest:guest@{AT_HAND}:{port}", pid)


@contextmanager
def own_sandbox(folder: Path) -> Iterator[OwnServer]:
    """The sandbox council outside Fairway, as a council's own systems are."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sandbox_alone"]
    command += [str(folder / SANDBOX_FILE), str(port)]
    with _kept_running(command, folder, port, {"PYTHONPATH": str(ROOT)}) as pid:
        yield OwnServer(f"http://{AT_HAND}:{port}/sandbox", pid)


def _not_root(folder: Path) -> list[str]:
    """What a command begins with to run as somebody else, who may write in ``folder``."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _program(name: str, first: str = "") -> str:
    """Where a program is; Debian keeps some off the path. Raises ServerMissing."""
    of_postgres = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = [first, *map(str, of_postgres), os.environ["PATH"], "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(place for place in places if place))
    if not found:
        raise ServerMissing(
            f"{name} is not on this machine. Install PostgreSQL, Redis and RabbitMQ (Debian: "
            "apt-get install postgresql redis-server rabbitmq-server)."
        )
    return found


@contextmanager
def _kept_running(
    command: Sequence[str],
    folder: Path,
    port: int,
    env: Mapping[str, str] | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[Callable[[], int]]:
    """``command``, started again whenever it ends; gives a way to ask for its process id."""
    stopping, now = threading.Event(), [0]
    whole = {**os.environ, **(env or {})}

    def keep() -> None:
        while not stopping.is_set():
            with (folder / f"server-{port}.log").open("ab") as log:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                    env=whole, start_new_session=True,
                )  # fmt: skip
                now[0] = process.pid
                while process.poll() is None and not stopping.wait(0.2):
                    pass
                if process.poll() is None:
                    process.send_signal(stop)
                process.wait(20)
            stopping.wait(0.5)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        wait_until(lambda: _answers(port), 60)
        yield lambda: now[0]
    finally:
        stopping.set()
        thread.join(30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((AT_HAND, port), 1).close()
    except OSError:
        return False
    return True
