"""The real model, Rasa as the product starts it, and an action server that plays a script."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from typing import Any

import pytest

from nlu.train import train_if_changed

ROOT = Path(__file__).resolve().parents[2]
RASA_SECRET, ACTION_SECRET = "r" * 32, "a" * 32


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder with the model of the project's own cards and phrases, which `make test`
    has trained; trained here when it is not up to date."""
    folder = ROOT / "var" / "models"
    train_if_changed(folder, ROOT)
    return folder


@dataclass
class Actions:
    """An action server. ``answers`` are played in order, then ``usual`` again and again."""

    url: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    def play(self, status: int = 200, body: Any = None, **answer: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body or answer).encode()
        self.answers.append((status, raw))

    def usual(self, call: dict[str, Any]) -> bytes:
        said = {"text": call["next_action"], "lang": "en"}
        return json.dumps({"events": [], "responses": [said]}).encode()


def _handler(actions: Actions) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["content-length"])))
            actions.calls.append(call)
            actions.headers.append(dict(self.headers))
            answers = actions.answers
            status, raw = answers.pop(0) if answers else (200, actions.usual(call))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture(scope="session")
def action_server() -> Iterator[Actions]:
    actions = Actions()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(actions))
    actions.url = f"http://127.0.0.1:{server.server_port}/webhook"
    Thread(target=server.serve_forever, daemon=True).start()
    yield actions
    server.shutdown()


@pytest.fixture
def actions(action_server) -> Actions:
    """The action server with nothing noted and nothing to play."""
    for noted in (action_server.calls, action_server.headers, action_server.answers):
        noted.clear()
    return action_server


@dataclass
class Rasa:
    """A running Rasa and how to talk to it."""

    port: int
    log: Path
    pid: int

    def get(self, path: str) -> tuple[int, Any]:
        return self._call("GET", path, None, {})

    def ask(self, message: str, sender: str = "c1", **metadata: Any) -> dict[str, Any]:
        """The answer to one message; fails the test if it is no answer."""
        status, answer = self.post(question(message, sender, **metadata))
        assert status == 200, answer
        return answer

    def post(self, body: Any, secret: str | None = RASA_SECRET) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
        return self._call("POST", "/webhooks/fairway/webhook", raw, headers)

    def _call(self, method: str, path: str, body: Any, headers: Any) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, json.loads(text) if text.startswith(("{", "[")) else text


def question(message: str, sender: str = "c1", **metadata: Any) -> dict[str, Any]:
    """A question as Fairway's side asks it."""
    given = {"medium": "web", "language": None, "language_chosen": False, **metadata}
    one = uuid.uuid4().hex
    return {"sender": sender, "message": message, "message_id": one, "metadata": given}


@pytest.fixture(scope="session")
def rasa(models, action_server, tmp_path_factory) -> Iterator[Rasa]:
    """Rasa started by our own command, with the live model."""
    folder, port = tmp_path_factory.mktemp("rasa"), _free_port()
    fill_templates(folder, action_server.url)
    command = [sys.executable, "-m", "bot.rasa.start", "--models", str(models)]
    command += ["--endpoints", str(folder / "endpoints.yml")]
    command += ["--credentials", str(folder / "credentials.yml"), "--port", str(port)]
    with (folder / "rasa.log").open("wb") as log:
        # Telemetry must be off even where nobody set the variable that says so.
        env = {k: v for k, v in os.environ.items() if k != "RASA_TELEMETRY_ENABLED"}
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    running = Rasa(port, folder / "rasa.log", process.pid)
    try:
        _wait_until_ready(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def fill_templates(folder: Path, actions_url: str) -> None:
    """``endpoints.yml`` and ``credentials.yml`` in ``folder``, as the supervisor writes them."""
    values = {
        "FAIRWAY_ACTIONS_URL": actions_url,
        "FAIRWAY_INTERNAL_SECRET": ACTION_SECRET,
        "FAIRWAY_RASA_SECRET": RASA_SECRET,
        "FAIRWAY_PAGES": str(folder / "pages"),
        "FAIRWAY_PASSAGE_VECTORS": str(folder / "passages.npz"),
        "FAIRWAY_RASA_TRACKER_STORE": json.dumps(
            {
                "type": "bot.rasa.tracker_store.FairwayTrackerStore",
                "dialect": "sqlite",
                "db": str(folder / "rasa.db"),
            }
        ),
        "FAIRWAY_RASA_LOCK_STORE": "null",
        "FAIRWAY_RASA_EVENT_BROKER": "null",
    }
    for name in ("endpoints.yml", "credentials.yml"):
        template = Template((ROOT / "bot/rasa" / name).read_text("utf-8"))
        (folder / name).write_text(template.substitute(values), "utf-8")


def _wait_until_ready(rasa: Rasa, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, rasa.log.read_text()
        try:
            if rasa.get("/webhooks/fairway/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(rasa.log.read_text())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
