"""``fairway sms``: a phone in the terminal, for a Fairway that sends texts to its log.

A text goes in as GOV.UK Notify would send it, with its bearer token; replies are read from
the private listener's outbox of texts that were "sent".
"""

from __future__ import annotations

import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import click
import httpx

from channels.commands.here import settings_here
from channels.settings import Settings

PATIENCE = 20.0  # seconds to wait for an answer
QUIET = 1.5  # seconds without another text after which the answer is taken as complete


@click.command()
@click.option("--number", default="+447700900123", show_default=True, help="The phone's number.")
@click.option("--to", "council", default="447700900000", show_default=True,
              help="The council's number.")  # fmt: skip
@click.option("--once", metavar="TEXT", help="Send one text, print the answer, and end.")
def sms(number: str, council: str, once: str | None) -> None:
    """Text a running Fairway from the terminal. Ctrl-D puts the phone away.

    Works with the SMS provider `log`, which keeps texts instead of sending them.

    \b
    Examples:
      fairway sms
      fairway sms --number +447700900456 --once "when is my bin day, SY1 1HX"
    """
    settings = settings_here()
    with httpx.Client(timeout=30, trust_env=False) as client:
        try:
            phone = Phone(client, settings, number, council)
            phone.text(once) if once else phone.run()
        except httpx.TransportError as error:
            raise click.ClickException(
                f"Nothing answers at port {settings.port}. Start Fairway first: fairway up"
            ) from error


class Phone:
    """One phone: sends texts, prints each reply once."""

    def __init__(self, client: httpx.Client, settings: Settings, number: str, council: str) -> None:
        self._client, self._number, self._council = client, number, council
        self._inbound = f"{settings.near_url}/sms/notify/inbound"
        self._outbox = f"{settings.internal_url}/sms/log/outbox"
        self._bearer = {"Authorization": f"Bearer {settings.secrets.notify_bearer}"}
        self._internal = {"Authorization": f"Bearer {settings.secrets.internal_secret}"}
        self._seen = {text["id"] for text in self._received()}

    def run(self) -> None:
        """Read texts to send until the input ends."""
        click.echo(f"This phone is {self._number}. Type a text. Ctrl-D ends.", err=True)
        try:
            for line in sys.stdin:
                if line.strip():
                    self.text(line.strip())
            self._show_new()
        except KeyboardInterrupt:
            click.echo()

    def text(self, words: str) -> None:
        """Send one text and print what comes back, until it has been quiet for a moment."""
        self._show_new()  # what an agent wrote meanwhile
        self._send(words)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(0.25)
            if self._show_new():
                deadline = min(deadline, time.monotonic() + QUIET)

    def _send(self, words: str) -> None:
        body = {
            "id": str(uuid.uuid4()),
            "source_number": self._number.lstrip("+"),
            "destination_number": self._council,
            "message": words,
            "date_received": datetime.now(UTC).isoformat(),
        }
        answer = self._client.post(self._inbound, json=body, headers=self._bearer)
        if not answer.is_success:
            said = answer.text[:300]
            raise click.ClickException(f"Fairway answered {answer.status_code}: {said}")

    def _show_new(self) -> int:
        new = [text for text in self._received() if text["id"] not in self._seen]
        for text in new:
            self._seen.add(text["id"])
            click.echo(f"Fairway: {text['text']}")
        return len(new)

    def _received(self) -> list[dict[str, Any]]:
        query = {"number": self._number}
        answer = self._client.get(self._outbox, params=query, headers=self._internal)
        if not answer.is_success:
            raise click.ClickException(
                f"The outbox answered {answer.status_code}. The terminal phone needs "
                "FAIRWAY_SMS_PROVIDER=log and the same FAIRWAY_HOME as the running Fairway."
            )
        texts: list[dict[str, Any]] = answer.json()["messages"]
        return texts
