"""Talk with the running assistant as any client would: over its public HTTP API."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from fairness.errors import AuditError

SECONDS = 60.0
TRIES = 6


class AssistantUnreachable(AuditError):
    """The assistant cannot be reached. Start it with `fairway up`, or check --url."""


@dataclass(frozen=True)
class Told:
    """How a conversation went: the last route, and what the assistant said to each message.

    ``channel`` and ``way`` are empty while nothing was decided. ``turns`` counts what the
    citizen wrote.
    """

    id: str
    channel: str
    way: str
    reasons: tuple[str, ...]
    policy_version: str
    replies: tuple[str, ...]
    turns: int


Talk = Callable[[Sequence[str], str | None], Told]
"""Hold one conversation: what the citizen writes, and the language they picked, if any."""


def talker(client: httpx.Client) -> Talk:
    """A ``Talk`` over ``client``, whose base address is the assistant's."""

    def talk(texts: Sequence[str], language: str | None) -> Told:
        opened = _post(client, "/api/conversations", {"language": language}, {})
        headers = {"Authorization": f"Bearer {opened['token']}"}
        place = f"/api/conversations/{opened['id']}/messages"
        route: dict[str, Any] = {}
        replies: list[str] = []
        for text in texts:
            answer = _post(client, place, {"text": text}, headers)
            route = answer.get("route") or route
            replies += [m["text"] for m in answer["messages"] if m["from"] == "assistant"]
        return Told(
            id=str(opened["id"]),
            channel=str(route.get("channel") or ""),
            way=str(route.get("way") or ""),
            reasons=tuple(map(str, route.get("reasons", ()))),
            policy_version=str(route.get("policy_version") or ""),
            replies=tuple(replies),
            turns=len(texts),
        )

    return talk


def open_client(url: str) -> httpx.Client:
    """A client for the assistant at ``url``."""
    return httpx.Client(base_url=url.rstrip("/"), timeout=SECONDS, trust_env=False)


def _post(client: httpx.Client, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    """The answer as JSON; waits and tries again where the assistant asks to slow down."""
    for _ in range(TRIES):
        try:
            answer = client.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise AssistantUnreachable(
                f"{client.base_url}: {error}. Start it with `fairway up`, or check --url."
            ) from None
        if answer.status_code != 429:
            break
        time.sleep(min(60.0, float(answer.headers.get("Retry-After") or 5)))
    if answer.status_code >= 400:
        raise AssistantUnreachable(
            f"{client.base_url}{path} answered {answer.status_code}. Check --url and its log."
        )
    found: dict[str, Any] = answer.json()
    return found
