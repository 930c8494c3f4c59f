"""How near the passages of the council's pages are to a question in meaning.

The sentence encoder lives with Rasa, so Rasa is asked; it has read the message already. Away, slow
or without an encoder, no passage is near, and pages are found by their words.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from bot.find_passage import Near

log = logging.getLogger(__name__)
PATH = "/webhooks/passages/near"
PATIENCE = 0.3
"""Seconds: a page is quoted beside the answer, and nobody waits for it."""


@dataclass(frozen=True)
class Asked:
    """``lgsl``: the service, where it is known; ``pages``: the digest of the asker's pages."""

    question: str
    language: str
    lgsl: int | None
    pages: str


class Nearness(Protocol):
    """The port."""

    async def near(self, asked: Asked) -> Near:
        """The nearest passages by their keys; none when they cannot be told. Never raises."""


class NoNearness:
    """Without an encoder."""

    async def near(self, _asked: Asked) -> Near:
        return {}


@dataclass(frozen=True)
class KnownNearness:
    """In memory: ``known`` is what is near each question."""

    known: Mapping[str, Near] = field(default_factory=dict)

    async def near(self, asked: Asked) -> Near:
        return self.known.get(asked.question, {})


class RasaNearness:
    """Asks Rasa at ``url`` (no slash at its end) with the secret that both share."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, secret: str, patience: float = PATIENCE
    ) -> None:
        self._client, self._url, self._patience = client, f"{url}{PATH}", patience
        self._headers = {"Authorization": f"Bearer {secret}"}

    async def near(self, asked: Asked) -> Near:
        """Asks nothing for a button, which has no words."""
        if not asked.question or not asked.pages:
            return {}
        try:
            response = await self._client.post(
                self._url, json=vars(asked), headers=self._headers, timeout=self._patience
            )
            response.raise_for_status()
            return _read(response.json())
        except (httpx.HTTPError, ValueError) as error:
            log.warning("no page was looked for by meaning: %s", type(error).__name__)
            return {}


def _read(answer: object) -> Near:
    """The cosines in Rasa's answer. Raises ValueError for any other shape."""
    near = answer.get("near") if isinstance(answer, dict) else None
    if not isinstance(near, dict) or not all(isinstance(v, float | int) for v in near.values()):
        raise ValueError("no cosines")
    return {str(key): float(value) for key, value in near.items()}
