"""The whole product, as ``fairway up`` starts it, shared by every journey."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from benchmarks.processes import free_port, running, wait_until
from bot.stores.sealing import seal, unseal
from channels.contact_keys import KeyFile

ROOT = Path(__file__).resolve().parents[2]
FAIRWAY = ROOT / ".venv" / "bin" / "fairway"


@dataclass(frozen=True)
class RunningProduct:
    """A running Fairway: where its pages, private side, database and secrets are."""

    url: str
    internal_url: str
    rasa_port: int
    home: Path
    env: dict[str, str]
    client: httpx.Client

    @property
    def secrets(self) -> dict[str, str]:
        return json.loads((self.home / "secrets.json").read_text())

    @property
    def log(self) -> str:
        return (self.home.parent / "up.log").read_text()

    def rows(self, query: str, **values) -> list[dict]:
        engine = sa.create_engine(f"sqlite:///{self.home / 'fairway.db'}", poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [dict(r) for r in connection.execute(sa.text(query), values).mappings()]

    @property
    def keys(self) -> KeyFile:
        """What contact details are sealed with."""
        return KeyFile(self.home / "contact_keys.json")

    def held_as(self, column: str, number: str) -> str:
        """How ``column`` (``conversations.address``) holds a number."""
        return seal(self.keys.newest, column, number.encode(), findable=True)

    def cases(self) -> list[dict]:
        """What the council's street system (the sandbox) holds."""
        url = f"{self.internal_url}/sandbox/open311/v2/requests.json"
        return httpx.get(url, timeout=60, trust_env=False).raise_for_status().json()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A fairway command beside the running product."""
        return subprocess.run(
            [str(FAIRWAY), *arguments],
            env={**os.environ, **self.env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    def rasa_answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.rasa_port}/webhooks/fairway/ready"
            return httpx.get(url, timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill_rasa(self) -> None:
        """As an out-of-memory killer would: no warning."""
        os.kill(_listener(self.rasa_port), signal.SIGKILL)


def _listener(port: int) -> int:
    """The process that listens on a loopback port (Linux, from /proc)."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inode = next(p[9] for p in map(str.split, lines) if p[1] == wanted and p[3] == "0A")
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(entry) == f"socket:[{inode}]":
                return int(entry.parts[2])
        except OSError:
            continue
    raise LookupError(f"nobody listens on {port}")


@dataclass
class ApiCitizen:
    """A citizen who uses the JSON API."""

    product: RunningProduct
    language: str | None = None
    id: str = field(init=False)

    def __post_init__(self) -> None:
        body = {"language": self.language} if self.language else {}
        started = self.product.client.post("/api/conversations", json=body)
        assert started.status_code == 201, started.text
        self.id = started.json()["id"]
        self.headers = {"Authorization": f"Bearer {started.json()['token']}"}
        self.greeting = started.json()["messages"]

    def send(self, text: str, client_id: str | None = None) -> dict:
        body = {"text": text} | ({"client_id": client_id} if client_id else {})
        answer = self.post(self.id, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, conversation_id: str, body: dict) -> httpx.Response:
        path = f"/api/conversations/{conversation_id}/messages"
        return self.product.client.post(path, json=body, headers=self.headers)

    def get(self, conversation_id: str, what: str) -> httpx.Response:
        path = f"/api/conversations/{conversation_id}/{what}"
        return self.product.client.get(path, headers=self.headers)

    def says(self, text: str) -> str:
        """Everything said in answer, as one text."""
        return "\n".join(m["text"] for m in self.send(text)["messages"])

    def history(self) -> list[dict]:
        answer = self.get(self.id, "messages")
        return answer.raise_for_status().json()["messages"]

    def handoffs(self) -> list[dict]:
        query = "select * from handoffs where conversation_id = :id"
        return [
            row | {"summary": self._opened(row)} for row in self.product.rows(query, id=self.id)
        ]

    def _opened(self, row: dict) -> str:
        held = json.loads(row["summary"])
        if not held:
            return "{}"
        return unseal(self.product.keys, "handoffs.summary", held).decode()

    def turns(self) -> list[dict]:
        query = "select * from turn_records where conversation_id = :id order by turn"
        return self.product.rows(query, id=self.id)


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[RunningProduct]:
    folder = tmp_path_factory.mktemp("product")
    home = folder / "home"
    trained = Path(os.environ.get("FAIRWAY_HOME") or ROOT / "var") / "models"
    shutil.copytree(trained, home / "models")
    ports = [free_port() for _ in range(3)]
    env = {
        "FAIRWAY_HOME": str(home),
        "FAIRWAY_PORT": str(ports[0]),
        "FAIRWAY_INTERNAL_PORT": str(ports[1]),
        "FAIRWAY_RASA_PORT": str(ports[2]),
        "FAIRWAY_RATE_PER_ADDRESS": "100000",
    }
    url, internal_url = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    client = httpx.Client(base_url=url, timeout=30, trust_env=False)
    found = RunningProduct(url, internal_url, ports[2], home, env, client)
    with client, running([str(FAIRWAY), "up"], env, folder / "up.log", ROOT):
        try:
            wait_until(found.rasa_answers, 120)
            wait_until(lambda: _answers(found.url), 60)
        except TimeoutError:
            logs = [p.read_text()[-3000:] for p in (home / "logs").glob("*.log")]
            pytest.fail(f"Fairway did not start:\n{found.log}\n" + "\n".join(logs))
        yield found


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def citizen(product) -> ApiCitizen:
    return ApiCitizen(product)


@pytest.fixture
def welsh_citizen(product) -> ApiCitizen:
    return ApiCitizen(product, "cy")
