"""Text messages on a real port, with the log provider and a postman at work."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from channels.assistant_memory import MemoryAssistant
from channels.sms import make_phone_router, make_sms_router, start_postman
from tests.web_kit import NowClock, make_parts, public_app, serve


@dataclass
class Phone:
    """A citizen's phone on the Notify webhook and the log of sent texts."""

    site: httpx.Client
    parts: object
    number: str = "447700900123"
    last: int = field(default=0)

    def hands_over(self, words, provider_id=None, **rest) -> httpx.Response:
        body = {
            "id": provider_id or str(uuid.uuid4()),
            "source_number": self.number,
            "destination_number": "447700900000",
            "message": words,
            "date_received": datetime.now(UTC).isoformat(),
            **rest,
        }
        return self.site.post("/sms/notify/inbound", json=body, headers=self.bearer)

    def sends(self, words, count=1):
        """Text ``words`` and wait for ``count`` texts back."""
        assert self.hands_over(words).status_code == 200
        return self.receives(count)

    def receives(self, count=1, seconds=60.0):
        deadline = time.monotonic() + seconds
        while True:
            got = self.received()
            if len(got) >= count or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        assert len(got) == count, got
        self.last = got[-1]["id"]
        return [text["text"] for text in got]

    def received(self):
        secret = self.parts.settings.secrets.internal_secret
        answer = self.site.get(
            "/sms/log/outbox",
            params={"number": "+" + self.number, "after": self.last},
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    @property
    def bearer(self):
        return {"Authorization": f"Bearer {self.parts.settings.secrets.notify_bearer}"}

    @property
    def conversation(self):
        with self.parts.turn.store.begin() as work:
            return work.conversations.latest_at(self.number)

    @property
    def messages(self):
        with self.parts.turn.store.begin() as work:
            return work.messages.of(self.conversation.id) if self.conversation else []


@pytest.fixture
def assistant():
    return MemoryAssistant()


@pytest.fixture
def clock():
    return NowClock()


@pytest.fixture
def parts(tmp_path, assistant, clock):
    made = make_parts(tmp_path, assistant, clock, FAIRWAY_TWILIO_AUTH_TOKEN="twilio-token")
    yield made
    made.engine.dispose()


@pytest.fixture
def site(parts):
    app = public_app(parts, make_sms_router, make_phone_router, postman=start_postman)
    with (
        serve(app) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def phone(site, parts):
    return Phone(site, parts)
