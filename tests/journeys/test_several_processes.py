"""Two Fairways and two Rasas behind a proxy, as ``make run-scale`` starts them; some get killed."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pika
import pytest
import redis
import sqlalchemy as sa

from benchmarks.books import Books, all_quiet
from benchmarks.processes import wait_until
from benchmarks.scaled import KINDS, Scaled, own_servers, running_scaled
from benchmarks.soak import balance_of, soak
from tests.forms_kit import Browser
from tests.journeys.conftest import ROOT
from tests.journeys.test_canaries import CANARIES, SAID, spellings

pytestmark = pytest.mark.timeout(900)  # servers, five programs and kills, on a busy machine
SECONDS = 40.0


@pytest.fixture(scope="module")
def scaled(tmp_path_factory) -> Iterator[Scaled]:
    folder = tmp_path_factory.mktemp("scaled")
    trained = Path(os.environ.get("FAIRWAY_HOME") or ROOT / "var") / "models"
    with own_servers(folder) as servers, running_scaled(folder, servers, trained) as product:
        yield product


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
    assert httpx.get(f"{scaled.url}/metrics", timeout=60, trust_env=False).status_code == 404
    configuration = (scaled.home / "proxy" / "haproxy.cfg").read_text()
    assert "del-header X-Forwarded-For" in configuration
    for line in configuration.splitlines():
        if line.strip().startswith("server "):
            assert " 127.0.0.1:" in line


def test_p1_s10_words_are_in_the_database_alone_and_erasing_leaves_nothing(scaled):
    with httpx.Client(base_url=scaled.url, trust_env=False, timeout=60) as site:
        browser = Browser(site)
        for text in SAID:
            browser.sends(text.format(**CANARIES))
        places = where_canaries_are(scaled)
        assert set(places) == {"PostgreSQL"}, places
        browser.opens("/privacy/erase")
        browser.sends(path="/privacy/erase")
        assert "Your chat has been deleted." in browser.page.text
    assert where_canaries_are(scaled) == {}


def where_canaries_are(scaled: Scaled) -> dict[str, list[str]]:
    """The canaries found in everything the product keeps or has sent on."""
    url = scaled.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run(["pg_dump", "--dbname", url], capture_output=True, check=True).stdout
    with redis.Redis.from_url(scaled.servers.redis.url) as client:
        held = b"".join(key + (client.dump(key) or b"") for key in client.scan_iter())
    with pika.BlockingConnection(pika.URLParameters(scaled.servers.rabbitmq.url)) as connection:
        channel = connection.channel()
        told = b""
        for queue in ("fairway.events", "fairway.rasa-events"):
            for _ in range(channel.queue_declare(queue, durable=True).method.message_count):
                told += channel.basic_get(queue)[2] or b""  # not acknowledged: it stays there
    logs = b"".join(path.read_bytes() for path in (scaled.home / "logs").glob("*.log"))
    sinks = {"PostgreSQL": dump, "Redis": held, "RabbitMQ": told, "logs": logs}
    found = {
        sink: [k for k, v in CANARIES.items() if any(form in raw for form in spellings(v))]
        for sink, raw in sinks.items()
    }
    return {sink: names for sink, names in found.items() if names}


def test_f1_f3_killed_at_random_under_load_the_books_balance(scaled, capsys):
    books = Books()
    soak(scaled, books, SECONDS, kill_every=5.0, citizens=4, least_kills=7)
    balance = balance_of(scaled, books)
    with capsys.disabled():
        click.echo(f"\n{balance}\nkilled: {dict(books.kills)}")
    assert balance.wrong == ()
    assert balance.counts["messages accepted"] > 30
    assert balance.counts["reports at the council"] > 0
    assert set(books.kills) == {*KINDS.values(), "postgres", "redis", "rabbitmq", "sandbox"}


def test_every_turn_was_told_to_the_data_platform(scaled):
    with scaled.engine.connect() as db:
        turns = db.execute(sa.text("SELECT count(*) FROM turn_records")).scalar_one()

    wait_until(lambda: all_quiet(scaled.engine), 60)
    with scaled.engine.connect() as db:
        query = "SELECT payload FROM outbox WHERE kind = 'event'"
        payloads = [p if isinstance(p, dict) else json.loads(p)
                    for p in db.execute(sa.text(query)).scalars()]  # fmt: skip
    assert sum(p["schema"] == "fairway.turn.v1" for p in payloads) == turns
    with pika.BlockingConnection(pika.URLParameters(scaled.servers.rabbitmq.url)) as connection:
        channel = connection.channel()
        for queue in ("fairway.events", "fairway.rasa-events"):
            assert channel.queue_declare(queue, passive=True).method.message_count > 0
