"""Two Fairways and two Rasas behind a proxy, as ``make run-scale`` starts them; some get killed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
import pika
import pytest
import sqlalchemy as sa

from benchmarks.processes import free_port, running, wait_until
from benchmarks.soak import reconcile, soak, unanswered
from tests.journeys.conftest import FAIRWAY, ROOT
from tests.servers import AMQP, postgres_database

SECONDS = 40.0


@dataclass(frozen=True)
class Scaled:
    """A running product of several processes."""

    url: str
    home: Path
    engine: sa.Engine
    supervisor: int
    log: Path

    def processes(self) -> dict[str, int]:
        """The programs the supervisor runs, by a name of their own."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if parent == self.supervisor:
                kind = next(k for k in ("haproxy", "serve", "bot.rasa.start") if k in command)
                found[f"{kind} {entry.name}"] = int(entry.name)
        return found


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """A Redis of our own, which may be killed; it is started again a moment later."""
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    stopping, pid = threading.Event(), folder / "pid"
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]

    def keep_running() -> None:
        while not stopping.is_set():
            with (folder / "log").open("ab") as log:
                process = subprocess.Popen([*command, "--dir", str(folder)], stdout=log, stderr=log)
                pid.write_text(str(process.pid))
                while process.poll() is None and not stopping.wait(0.2):
                    pass
                if process.poll() is None:
                    process.terminate()
                process.wait(10)

    thread = threading.Thread(target=keep_running, daemon=True)
    thread.start()
    wait_until(lambda: answers(port), 10)
    yield f"redis://127.0.0.1:{port}/0", pid
    stopping.set()
    thread.join(15)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def scaled(tmp_path_factory, own_redis) -> Iterator[Scaled]:
    folder = tmp_path_factory.mktemp("scaled")
    home, (redis_url, _) = folder / "home", own_redis
    trained = Path(os.environ.get("FAIRWAY_HOME") or ROOT / "var") / "models"
    shutil.copytree(trained, home / "models")
    ports = [free_port() for _ in range(3)]
    with postgres_database() as database:
        env = {
            "FAIRWAY_HOME": str(home),
            "FAIRWAY_PORT": str(ports[0]),
            "FAIRWAY_INTERNAL_PORT": str(ports[1]),
            "FAIRWAY_RASA_PORT": str(ports[2]),
            "FAIRWAY_DATABASE_URL": database,
            "FAIRWAY_REDIS_URL": redis_url,
            "FAIRWAY_AMQP_URL": AMQP,
            "FAIRWAY_RATE_PER_ADDRESS": "100000",
        }
        engine = sa.create_engine(database, poolclass=sa.NullPool)
        command, log = [str(FAIRWAY), "scale", "--no-train"], folder / "scale.log"
        with running(command, env, log, ROOT) as process:
            made = Scaled(f"http://127.0.0.1:{ports[0]}", home, engine, process.pid, log)
            try:
                wait_until(lambda: log.read_text().count(" is ready.") == 5, 150)
            except TimeoutError:
                logs = [p.read_text()[-2000:] for p in (home / "logs").glob("*.log")]
                pytest.fail(f"did not start:\n{log.read_text()}\n" + "\n".join(logs))
            yield made
        engine.dispose()


def test_a_conversation_is_one_whichever_process_answers(scaled):
    with httpx.Client(base_url=scaled.url, trust_env=False, timeout=30) as client:
        started = client.post("/api/conversations").json()
        url = f"/api/conversations/{started['id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}

        def says(text: str) -> str:
            client.headers["Connection"] = "close"  # so that the proxy chooses anew each time
            answer = client.post(f"{url}/messages", json={"text": text}, headers=headers)
            return "\n".join(m["text"] for m in answer.raise_for_status().json()["messages"])

        says("when is my bin day")
        assert "This comes from" in says("SY1 2AS"), "the second Rasa did not know the first turn"


def test_a_page_open_on_one_process_hears_of_a_message_to_another(scaled):
    with httpx.Client(base_url=scaled.url, trust_env=False, timeout=30) as client:
        started = client.post("/api/conversations").json()
        url = f"/api/conversations/{started['id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        for _ in range(2):  # round robin: a stream on each of the two
            heard, opened = threading.Event(), threading.Event()

            def listen(heard=heard, opened=opened) -> None:
                with httpx.stream("GET", f"{scaled.url}{url}/events", headers=headers,
                                  params={"after": last(client, url, headers)},
                                  timeout=20, trust_env=False) as stream:  # fmt: skip
                    for line in stream.iter_lines():
                        opened.set()
                        if line.startswith("data: "):
                            heard.set()
                            return

            thread = threading.Thread(target=listen)
            thread.start()
            assert opened.wait(10)
            time.sleep(0.3)
            began = time.monotonic()
            client.post(f"{url}/messages", json={"text": "hello"}, headers=headers)
            assert heard.wait(10)
            assert time.monotonic() - began < 10
            thread.join()


def last(client: httpx.Client, url: str, headers: dict) -> str:
    return client.get(f"{url}/messages", headers=headers).json()["messages"][-1]["id"]


def test_s1_metrics_are_not_for_the_public_and_an_address_cannot_be_made_up(scaled):
    assert httpx.get(f"{scaled.url}/metrics", trust_env=False).status_code == 404
    configuration = (scaled.home / "proxy" / "haproxy.cfg").read_text()
    assert "del-header X-Forwarded-For" in configuration
    for line in configuration.splitlines():
        if line.strip().startswith("server "):
            assert " 127.0.0.1:" in line


def test_f1_f3_killed_at_random_under_load_the_books_balance(scaled, own_redis, capsys):
    _, redis_pid = own_redis

    def victims() -> dict[str, int]:
        return {**scaled.processes(), "redis": int(redis_pid.read_text())}

    books = soak(scaled.url, SECONDS, citizens=4, kill_every=5.0, victims=victims, least_kills=6)
    wait_until(lambda: unanswered(scaled.engine) == 0, 100)
    balance = reconcile(books, scaled.engine, scaled.home / "sandbox.db")
    with capsys.disabled():
        click.echo(f"\n{balance}\nkilled: {dict(books.kills)}")
    assert balance.wrong == ()
    assert balance.counts["messages accepted"] > 30
    assert balance.counts["reports at the council"] > 0
    assert balance.counts["processes killed"] >= 5


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_f1_the_books_balance_after_twenty_minutes(scaled, own_redis, capsys):
    _, redis_pid = own_redis
    books = soak(
        scaled.url, 1200.0, citizens=6, kill_every=15.0,
        victims=lambda: {**scaled.processes(), "redis": int(redis_pid.read_text())},
    )  # fmt: skip
    wait_until(lambda: unanswered(scaled.engine) == 0, 300)
    balance = reconcile(books, scaled.engine, scaled.home / "sandbox.db")
    with capsys.disabled():
        click.echo(f"\n{balance}\nkilled: {dict(books.kills)}")
    assert balance.wrong == ()


def test_every_turn_was_told_to_the_data_platform(scaled):
    with scaled.engine.connect() as db:
        turns = db.execute(sa.text("SELECT count(*) FROM turn_records")).scalar_one()

    def all_carried() -> bool:
        with scaled.engine.connect() as db:
            query = "SELECT count(*) FROM outbox WHERE kind = 'event' AND done_at IS NULL"
            return db.execute(sa.text(query)).scalar_one() == 0

    wait_until(all_carried, 60)
    with scaled.engine.connect() as db:
        query = "SELECT payload FROM outbox WHERE kind = 'event'"
        payloads = [p if isinstance(p, dict) else json.loads(p)
                    for p in db.execute(sa.text(query)).scalars()]  # fmt: skip
    assert sum(p["schema"] == "fairway.turn.v1" for p in payloads) == turns
    with pika.BlockingConnection(pika.URLParameters(AMQP)) as connection:
        channel = connection.channel()
        for queue in ("fairway.events", "fairway.rasa-events"):
            assert channel.queue_declare(queue, passive=True).method.message_count > 0
            channel.queue_purge(queue)
