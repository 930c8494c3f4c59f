"""``fairway chat``: talk to a running Fairway in the terminal, over its public API."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import click
import httpx

from channels.commands.here import settings_here

LOOK_EVERY = 2.0  # seconds between looks for what an agent wrote
NAMES = {"assistant": "Fairway", "agent": "Agent", "system": "·"}


@click.command()
@click.option("--url", help="Address of a running Fairway; default: this machine's.")
@click.option("--once", metavar="TEXT", help="Send one message, print the answer, and end.")
def chat(url: str | None, once: str | None) -> None:
    """Chat in the terminal. A number picks one of the buttons; Ctrl-D ends.

    \b
    Examples:
      fairway chat
      fairway chat --once "there is a pothole outside my house"
    """
    base = url or _local_url()
    try:
        with httpx.Client(base_url=base, timeout=30, trust_env=False) as client:
            talk = Talk(client)
            talk.say_once(once) if once else talk.run()
    except httpx.TransportError as error:
        raise click.ClickException(
            f"Nothing answers at {base}. Start Fairway first: fairway up"
        ) from error


def _local_url() -> str:
    return settings_here().near_url


class Talk:
    """One conversation: prints each message once, remembers the buttons on offer."""

    def __init__(self, client: httpx.Client) -> None:
        begun = _json(client.post("/api/conversations", json={}))
        self._client, self._path = client, f"/api/conversations/{begun['id']}/messages"
        self._headers = {"Authorization": f"Bearer {begun['token']}"}
        self._seen: set[str] = set()
        self._last: str | None = None
        self._buttons: list[Mapping[str, str]] = []
        self._lock = threading.Lock()
        self._show(begun.get("messages", []))

    def say_once(self, text: str) -> None:
        """Send one message and print the answer."""
        self._send(text)

    def run(self) -> None:
        """Read lines until the input ends; meanwhile show what an agent writes."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(over,), daemon=True)
        watcher.start()
        click.echo("Type a message. Ctrl-D ends.", err=True)
        try:
            for line in sys.stdin:
                if line.strip():
                    self._send(self._picked(line.strip()))
        except KeyboardInterrupt:
            click.echo()
        finally:
            over.set()
            watcher.join(LOOK_EVERY * 2)

    def _picked(self, line: str) -> str:
        """The payload of the button whose number was typed, or the line itself."""
        if line.isdecimal() and 1 <= int(line) <= len(self._buttons):
            return self._buttons[int(line) - 1]["payload"]
        return line

    def _send(self, text: str) -> None:
        with self._lock:
            body = {"text": text, "client_id": str(uuid.uuid4())}
            answer = _json(self._client.post(self._path, json=body, headers=self._headers))
            self._show(answer.get("messages", []))

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOK_EVERY):
            with self._lock:
                query = {"after": self._last} if self._last else {}
                try:
                    got = self._client.get(self._path, params=query, headers=self._headers)
                except httpx.TransportError:
                    continue  # the next message sent will say so
                if got.status_code == 200:
                    self._show(got.json().get("messages", []))

    def _show(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if message["id"] in self._seen:
                continue
            self._seen.add(message["id"])
            self._last = message["id"]
            if message["from"] in NAMES:
                click.echo(f"{NAMES[message['from']]}: {message['text']}")
                self._offer(message.get("buttons") or [])

    def _offer(self, buttons: list[Mapping[str, str]]) -> None:
        self._buttons = buttons or self._buttons
        for number, button in enumerate(buttons, start=1):
            click.echo(f"  {number}. {button['title']}")


def _json(response: httpx.Response) -> dict[str, Any]:
    if response.is_success:
        body: dict[str, Any] = response.json()
        return body
    raise click.ClickException(f"Fairway answered {response.status_code}: {response.text[:300]}")
