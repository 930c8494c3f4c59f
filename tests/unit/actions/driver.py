"""Plays Rasa for a conversation: real actions, real gateways, the real sandbox council.

Nothing is mocked. The sandbox answers over an in-process transport; intents, which are Rasa's
to find, are said by the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from actions.app import create_action_app
from actions.elsewhere import load_elsewhere
from actions.gateways import CouncilSettings, make_gateways
from actions.gateways.base import Limits
from actions.parts import nothing_is_off
from actions.sandbox import create_sandbox
from bot.files.cards import load_cards
from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.files.pages import load_pages
from bot.files.policy import load_policy
from bot.need import Availability, Circumstances
from bot.safety import shipped_safety_check

BOT = Path(__file__).parents[3] / "bot"
LANGUAGES = sorted(path.stem for path in (BOT / "replies").glob("*.po"))
"""Every language that has a catalogue."""
SECRET = "a-secret-for-tests-only"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
POSTCODE = "SY1 2AS"
"""Shrewsbury library's, which the sandbox council knows."""


@dataclass
class Heard:
    """One answer of the assistant."""

    said: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [one["key"] for one in self.said]

    @property
    def text(self) -> str:
        return "\n".join(one["text"] for one in self.said)

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for one in self.said for button in one["buttons"]]

    @property
    def titles(self) -> list[str]:
        return [button["title"] for one in self.said for button in one["buttons"]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


@dataclass
class Talk:
    """A conversation. ``say`` plays one message through the action its intent leads to."""

    app: FastAPI
    sandbox: FastAPI
    language: str = "en"
    medium: str = "web"
    sender: str = "c1"
    slots: dict[str, Any] = field(default_factory=dict)
    circumstances: Circumstances = field(default_factory=Circumstances)
    availability: Availability = field(default_factory=Availability)
    replies: Any = None
    book: Path = Path()
    council_languages: Mapping[str, str] = field(default_factory=dict)
    desk_asks: bool = False

    def say(
        self,
        text: str,
        intent: str = "",
        confidence: float = 0.95,
        ranking: tuple[tuple[str, float], ...] = (),
        entities: tuple[tuple[str, str], ...] = (),
    ) -> Heard:
        intent = intent or (text[1:] if text.startswith("/") else "nlu_fallback")
        confidence = 1.0 if text.startswith("/") else confidence
        answer = self.call(
            _ACTIONS.get(intent, "action_serve_citizen"),
            {
                "text": text,
                "intent": {"name": intent, "confidence": confidence},
                "intent_ranking": [
                    {"name": n, "confidence": c} for n, c in (ranking or ((intent, confidence),))
                ],
                "entities": [{"entity": kind, "value": value} for kind, value in entities],
                "metadata": {
                    "language": self.language,
                    "language_chosen": True,
                    "medium": self.medium,
                    "circumstances": self.circumstances.as_json(),
                    "availability": self.availability.as_json(),
                    "desk_asks": self.desk_asks,
                },
            },
        )
        assert answer.status_code == 200, answer.text
        return self._heard(answer.json())

    def call(self, action: str, message: Mapping[str, Any], token: str = SECRET) -> httpx.Response:
        body = {
            "next_action": action,
            "sender_id": self.sender,
            "tracker": {
                "sender_id": self.sender,
                "slots": self.slots,
                "latest_message": message,
                "events": [],
            },
            "version": "3.6.21",
        }
        headers = {"Authorization": f"Bearer {token}"}
        return asyncio.run(send(self.app, "POST", "/webhook", json=body, headers=headers))

    def _heard(self, body: Mapping[str, Any]) -> Heard:
        *slots, last = body["events"]
        assert (last["event"], last["name"]) == ("followup", "action_listen")
        for event in slots:
            assert event["event"] == "slot"
            self.slots[event["name"]] = event["value"]
        said = [self._uttered(m) for m in body["responses"] if m.get("response")]
        events = [m["custom"] for m in body["responses"] if m.get("custom")]
        for event in events:
            if event["type"] == "circumstances":
                self.circumstances = Circumstances.from_json(event)
            if event["type"] == "language":
                self.language = event["language"]
        heard = Heard(said, events)
        _check_no_answer_is_digital_only(heard)
        return heard

    def _uttered(self, message: Mapping[str, Any]) -> dict[str, Any]:
        key = str(message["response"]).removeprefix("utter_")
        taken = ("key", "lang", "medium")
        values = {k: v for k, v in message.items() if k not in taken}
        text = self.replies.say(key, message["lang"], self.medium, **values)
        return {"key": key, "text": text, "lang": message["lang"], "buttons": message["buttons"]}

    def council(self, method: str, path: str, **parts: Any) -> Any:
        """What the sandbox council itself says."""
        answer = asyncio.run(send(self.sandbox, method, path, **parts))
        answer.raise_for_status()
        return answer.json()

    def requests(self) -> list[dict[str, Any]]:
        """Every report the council holds."""
        found = self.council("GET", "/open311/v2/requests.json")
        assert isinstance(found, list)
        return found

    def fault(self, gateway: str, mode: str) -> None:
        """Make one of the council's systems fail, or mend it with ``ok``."""
        self.council("POST", "/faults", json={"gateway": gateway, "mode": mode})


PATIENT, HASTY = 20.0, 2.0
"""Time limits stretched by so much, and for tests of a system that is too slow."""
_cards, _catalogues = cache(load_cards), cache(load_catalogues)


def start_talk(
    folder: Path,
    *,
    mailbox: Any = None,
    patience: float = PATIENT,
    answer_within: float = 6.0,
    is_off: Any = nothing_is_off,
    nearness: Any = None,
    cards: Any = None,
    **parts: Any,
) -> Talk:
    """A conversation with a fresh council. ``mailbox``: where teams are written to;
    ``cards``: instead of the shipped ones; ``is_off``: whether a service is switched off;
    ``nearness``: of pages' passages;
    ``answer_within``: of an action, in seconds;
    ``patience`` stretches every time limit: a machine that is busy with other tests is no
    system that is slow."""
    sandbox = create_sandbox(
        folder / "sandbox.db", lambda: TODAY, now=lambda: NOW, slow_seconds=4.0 * patience
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox), base_url="http://sandbox", trust_env=False
    )
    council = load_council(BOT / "council.yml")
    gateways = make_gateways(
        client,
        "http://sandbox",
        CouncilSettings(council.name, council.slug, council.gss),
        limits=Limits(1.0 * patience, 2.0 * patience, 2.0 * patience, retries=1, first_wait=0.01),
        now=lambda: NOW,
        mailbox=mailbox,
    )
    replies = _catalogues(BOT / "replies")
    app = create_action_app(
        gateways=gateways,
        cards=cards or _cards(BOT / "services"),
        policy=load_policy(BOT / "routing_policy.yml"),
        council=council,
        replies=replies,
        safety=shipped_safety_check(),
        elsewhere=load_elsewhere(),
        secret=SECRET,
        today=lambda: TODAY,
        answer_within=answer_within * patience,
        pages=load_pages(BOT / "knowledge"),
        is_off=is_off,
        nearness=nearness,
    )
    parts = {"council_languages": council.languages, "book": folder / "sandbox.db", **parts}
    return Talk(app, sandbox, replies=replies, **parts)


def _check_no_answer_is_digital_only(heard: Heard) -> None:
    assert heard.said
    assert heard.of("handoff") or "/human" in heard.payloads or "PERSON" in heard.text


async def send(app: FastAPI, method: str, path: str, **parts: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.request(method, path, **parts)


_ACTIONS = {
    "human": "action_hand_to_person",
    "face_to_face": "action_come_in",
    "digital_barrier": "action_note_barrier",
    "adjustment": "action_note_adjustment",
    "why": "action_explain_route",
    "something_else": "action_something_else",
    "change_language": "action_change_language",
    **{
        f"crisis_{kind}": "action_crisis"
        for kind in ("suicide", "danger_to_life", "abuse", "child")
    },
    "crisis": "action_crisis",
}
