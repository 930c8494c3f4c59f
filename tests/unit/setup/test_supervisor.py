"""The supervisor, with real small programs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from channels.supervisor import Backoff, Program, Supervisor, run_to_its_end

SERVER = """
import http.server, os, subprocess, sys
open(sys.argv[2], "a").write(f"{os.getpid()}\\n")
child = subprocess.Popen(["sleep", "300"])
open(sys.argv[2] + ".child", "a").write(f"{child.pid}\\n")
address = ("127.0.0.1", int(sys.argv[1]))
http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def program(folder: Path, source: str = SERVER, patience: float = 30.0) -> Program:
    port = free_port()
    return Program(
        name="small server",
        command=[sys.executable, "-c", source, str(port), str(folder / "pids")],
        health_url=f"http://127.0.0.1:{port}/",
        log=folder / "logs/small.log",
        environment=dict(os.environ),
        folder=folder,
        patience=patience,
    )


def wait_for(true: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_starts_restarts_and_stops_with_all_children(tmp_path: Path) -> None:
    said: list[str] = []
    healthy: list[str] = []
    supervisor = Supervisor([program(tmp_path)], said.append, healthy.append)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        wait_for(lambda: len(healthy) == 1)
        first = pids(tmp_path / "pids")[0]
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: len(healthy) == 2)
        assert "ended" in said[0] and "small.log" in said[0]
    finally:
        supervisor.stop()
        thread.join(20)
    everyone = pids(tmp_path / "pids") + pids(tmp_path / "pids.child")
    assert len(everyone) == 4
    wait_for(lambda: not any(alive(pid) for pid in everyone))


def test_a_program_that_never_answers_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    mute = program(tmp_path, "import time; time.sleep(300)", patience=0.2)
    supervisor = Supervisor([mute], said.append, said.append)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        wait_for(lambda: len(said) >= 2)
    finally:
        supervisor.stop()
        thread.join(20)
    assert all("did not answer" in line for line in said)


if sys.platform.startswith("linux"):  # it is the Linux kernel that is asked

    def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
        small = program(tmp_path)
        script = f"""
from pathlib import Path
from channels.supervisor import Program, Supervisor
program = Program("small", {list(small.command)!r}, {small.health_url!r},
                  Path({str(small.log)!r}), {{}}, Path({str(tmp_path)!r}))
Supervisor([program], print, print).run()
"""
        parent = subprocess.Popen([sys.executable, "-c", script])
        wait_for(lambda: bool(pids(tmp_path / "pids")))
        parent.kill()
        parent.wait()
        wait_for(lambda: not alive(pids(tmp_path / "pids")[0]))
        for child in pids(tmp_path / "pids.child"):
            os.kill(child, signal.SIGKILL)

    def test_a_training_that_is_stopped_stops_its_trainer(tmp_path: Path) -> None:
        """The real one, stopped while it begins: it would go on for minutes by itself."""
        env = {**os.environ, "FAIRWAY_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "channels.cli", "train", "--force"]
        for how, code in ((signal.SIGTERM, 1), (signal.SIGKILL, -signal.SIGKILL)):
            parent = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
            wait_for(lambda at=children: bool(at.read_text()))  # type: ignore[misc]
            trainer = int(children.read_text().split()[0])
            wait_for(lambda pid=trainer: b"nlu.train" in command_of(pid))  # type: ignore[misc]
            parent.send_signal(how)
            assert parent.wait(20) == code
            wait_for(lambda pid=trainer: not alive(pid))  # type: ignore[misc]


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_what_runs_to_its_end_says_how_and_leaves_nobody(tmp_path: Path) -> None:
    source = "import subprocess, sys; p = subprocess.Popen(['sleep', '300']); "
    source += f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid)); sys.exit(7)"
    before = signal.getsignal(signal.SIGTERM)
    assert run_to_its_end([sys.executable, "-c", source], tmp_path, os.environ) == 7
    wait_for(lambda: not alive(pids(tmp_path / "pid")[0]))
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_program_starts_again_when_what_it_reads_changes(tmp_path: Path) -> None:
    said: list[str] = []
    healthy: list[str] = []
    live, cards = tmp_path / "live.json", tmp_path / "cards"
    watched = replace(program(tmp_path), watch=(live, cards))
    supervisor = Supervisor([watched], said.append, healthy.append)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        wait_for(lambda: len(healthy) == 1)
        live.write_text("one")
        wait_for(lambda: len(healthy) == 2)
        cards.mkdir()
        (cards / "a.yml").write_text("one")
        wait_for(lambda: len(healthy) == 3)
        (cards / "a.txt").write_text("nobody reads this")
        time.sleep(0.5)
    finally:
        supervisor.stop()
        thread.join(20)
    assert len(healthy) == 3
    assert all("starts again" in line for line in said) and len(said) == 2


def test_backoff_doubles_to_its_limit_and_a_good_run_resets_it() -> None:
    backoff = Backoff()
    assert [backoff.after(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(61) == 1
