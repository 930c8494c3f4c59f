"""Rasa behind the ``Assistant`` port: one HTTP call a turn, to our own connector."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.conversation import Conversation
from bot.errors import AssistantUnavailable
from bot.message import button_from_json
from bot.need import Availability, Circumstances
from bot.understanding import Answer, Candidate, Said, Understanding

log = logging.getLogger(__name__)
WEBHOOK = "/webhooks/fairway/webhook"


@dataclass(frozen=True)
class RasaAssistant:
    """A ``bot.ports.Assistant``. ``client`` has Rasa's base URL, secret and timeout set."""

    client: httpx.Client
    model_version: str

    def ask(
        self,
        conversation: Conversation,
        message_id: str,
        text: str,
        circumstances: Circumstances,
        availability: Availability,
        *,
        for_desk: bool = False,
    ) -> Answer:
        """Rasa's answer. Raises AssistantUnavailable when it is down, slow or talks nonsense."""
        body = {
            "sender": conversation.id,
            "message": text,
            "message_id": message_id,
            "metadata": {
                "language": conversation.language,
                "language_chosen": conversation.language_chosen,
                "medium": conversation.medium.value,
                "availability": availability.as_json(),
                "circumstances": circumstances.as_json(),
                "desk_asks": for_desk,
            },
        }
        return read_answer(self._post(body), self.model_version)

    def _post(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response = self.client.post(WEBHOOK, json=body)
            response.raise_for_status()
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("assistant unavailable: %s", type(error).__name__)
            raise AssistantUnavailable from error
        if not isinstance(answer, dict):
            raise AssistantUnavailable
        return answer


def make_client(base_url: str, secret: str, timeout: float) -> httpx.Client:
    """A pooled client for Rasa. Connecting may take a second, answering ``timeout`` seconds."""
    return httpx.Client(
        base_url=base_url,
        headers={"Authorization": f"Bearer {secret}"},
        timeout=httpx.Timeout(timeout, connect=1.0),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
        trust_env=False,
    )


def read_answer(answer: Mapping[str, Any], model_version: str) -> Answer:
    """The connector's JSON as an Answer. Raises AssistantUnavailable when its shape is wrong."""
    try:
        return Answer(
            said=tuple(_said(message) for message in answer["messages"]),
            understanding=_understanding(answer["understanding"]),
            events=tuple(e for e in answer["events"] if isinstance(e, dict)),
            model_version=model_version,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.error("assistant answered nonsense: %s", type(error).__name__)
        raise AssistantUnavailable from error


def _said(message: Mapping[str, Any]) -> Said:
    buttons = tuple(map(button_from_json, message["buttons"]))
    return Said(str(message["text"]), str(message["lang"]), buttons)


def _understanding(made: Mapping[str, Any]) -> Understanding:
    return Understanding(
        language=str(made.get("language") or "en"),
        intent=str(made.get("intent") or ""),
        kind=str(made.get("kind") or ""),
        service=made.get("service"),
        lgsl=made.get("lgsl"),
        confidence=float(made.get("confidence") or 0.0),
        fallback=bool(made.get("fallback")),
        candidates=tuple(_candidate(c) for c in made.get("candidates") or ()),
        entities=tuple(made.get("entities") or ()),
    )


def _candidate(made: Mapping[str, Any]) -> Candidate:
    return Candidate(
        str(made["intent"]), float(made["confidence"]), made.get("service"), made.get("lgsl")
    )
