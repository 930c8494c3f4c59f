"""Fairway's way into Rasa: one question in, one answer out.

The answer holds what was said, what was understood, what the actions reported, and the slots.
Every refusal is ``{"error": a plain sentence}`` with a 4xx status. When the action did not
answer (Rasa then loses its events) the status is 502 and ``error`` is ``action_failed``: the
caller offers a person.

A message is handled once: asked again with the same ``message_id`` (the caller was killed, or had
stopped waiting), what was said to it is said again, with the slots as they are now. Otherwise an
answer in a form would be taken for the answer to the next question, too.
"""

from __future__ import annotations

import gc
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.files.cards import load_cards
from bot.rasa import trace
from bot.rasa.question import BadQuestion, Question, read_question
from bot.rasa.turn_slots import slots_of_turn
from bot.rasa.understood import understanding
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)
CARDS = Path(__file__).resolve().parent.parent / "services"
SHORTEST_SECRET = 16
OnMessage = Callable[[UserMessage], Awaitable[Any]]


class Collected(OutputChannel):
    """What one turn says and reports, in order."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.messages: list[dict[str, Any]] = []
        self.events: list[Any] = []

    @classmethod
    def name(cls) -> str:
        return "fairway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a bot utterance: its text and buttons, or its custom report."""
        if message.get("custom"):
            self.events.append(message["custom"])
        if message.get("text"):
            metadata = message.get("metadata") or {}
            self.messages.append(
                {
                    "text": message["text"],
                    "lang": metadata.get("lang") or self.language,
                    "buttons": [_button(button) for button in message.get("buttons") or ()],
                }
            )


class FairwayInput(InputChannel):
    """The connector. ``secret`` is what callers show as their bearer token."""

    def __init__(self, secret: str, cards: Mapping[str, ServiceCard]) -> None:
        self.secret, self.cards = secret, cards

    @classmethod
    def name(cls) -> str:
        return "fairway"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> FairwayInput:
        """Made from ``credentials.yml``. Raises RasaException without a good secret."""
        secret = str((credentials or {}).get("secret") or "")
        if len(secret) < SHORTEST_SECRET or secret.startswith("$"):
            raise RasaException("credentials.yml needs a secret. `fairway up` writes it.")
        return cls(secret, load_cards(Path((credentials or {}).get("cards") or CARDS)))

    def blueprint(self, _on_new_message: OnMessage) -> Blueprint:
        """``GET /`` health, ``GET /ready``, ``POST /webhook``."""
        routes = Blueprint("fairway_webhook", __name__.replace(".", "_"))

        @routes.get("/")
        async def health(_request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if _agent(request) is None:
                return _refuse(503, "The model is not loaded.")
            return json({"status": "ok"})

        @routes.listener("after_server_start")
        async def settle(*_: Any) -> None:
            # What was loaded stays: looking through it for garbage again and again would make
            # some messages wait for tenths of a second.
            gc.collect()
            gc.freeze()

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await self.receive(request)

        return routes

    async def receive(self, request: Request) -> HTTPResponse:
        """Answer one question."""
        if not shows_secret(request, self.secret):
            return _refuse(401, "The secret is wrong or missing.")
        try:
            question = read_question(request.body)
        except BadQuestion as error:
            return _refuse(error.status, str(error))
        agent = _agent(request)
        if agent is None:
            return _refuse(503, "The model is not loaded.")
        trace.note(request.headers.get(trace.HEADER))
        return await self._answer(question, agent)

    async def _answer(self, question: Question, agent: Any) -> HTTPResponse:
        message = UserMessage(
            question.message,
            sender_id=question.sender,
            input_channel=self.name(),
            message_id=question.message_id,
            metadata=question.metadata,
        )
        message.parse_data = await agent.processor.parse_message(message)
        made = understanding(message.parse_data, question.metadata, self.cards)
        message.output_channel = collected = Collected(made["language"])
        slots: dict[str, Any] = {}
        token = slots_of_turn.set(slots)
        try:
            async with agent.lock_store.lock(question.sender):
                if not await said_again(agent.tracker_store, message, slots):
                    await agent.processor.handle_message(message)
        except Exception as error:
            log.error("turn failed: %s", type(error).__name__)
            return _refuse(502, "turn_failed")
        finally:
            slots_of_turn.reset(token)
        if not collected.messages and not collected.events:
            return _refuse(502, "action_failed")
        return json(
            {
                "messages": collected.messages,
                "understanding": made,
                "events": collected.events,
                "slots": slots,
            }
        )


async def said_again(kept: Any, message: UserMessage, slots: dict[str, Any]) -> bool:
    """Say again what was said to this message, if it was handled before; whether it was. Called
    with the conversation's lock: the first time may still be under way."""
    ours = getattr(kept, "_tracker_store", kept)  # Rasa wraps the store that it was given
    said = ours.said_to(message.sender_id, message.message_id)
    for one in said:
        await message.output_channel.send_response(message.sender_id, one.message())
    if said:
        slots.update(await ours.slots_of(message.sender_id))
    return bool(said)


def shows_secret(request: Request, secret: str) -> bool:
    """Whether the caller shows ``secret`` as its bearer token."""
    shown = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(shown, f"Bearer {secret}".encode())


def _agent(request: Request) -> Any:
    """Rasa's agent once its model is loaded, else None."""
    agent = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _button(button: Mapping[str, Any]) -> dict[str, str]:
    made = {"title": str(button.get("title", "")), "payload": str(button.get("payload", ""))}
    return made | ({"lang": str(button["lang"])} if button.get("lang") else {})


def _refuse(status: int, sentence: str) -> HTTPResponse:
    return json({"error": sentence}, status=status)
