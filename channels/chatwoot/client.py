"""Chatwoot's published API, as far as we use it.

*Client API* (``/public/api/v1/inboxes/INBOX``): the citizen's side of an API channel.
*Application API* (``/api/v1/accounts/ACCOUNT``), with the agent bot's token: ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from bot.errors import FairwayError

SECONDS = 10.0


class ChatwootAway(FairwayError):
    """Chatwoot did not answer, or answered nonsense. It is tried again."""


@dataclass(frozen=True)
class Chatwoot:
    """``inbox`` is the API channel's identifier, ``token`` the agent bot's access token."""

    url: str
    account: str
    inbox: str
    token: str

    def new_contact(self, source_id: str, name: str) -> str:
        """A contact of the API channel; its source id. Raises ChatwootAway."""
        made = self._public("contacts", {"source_id": source_id, "name": name})
        return str(made.get("source_id") or source_id)

    def new_conversation(self, source_id: str) -> int:
        """A conversation of that contact; its number in the account. Raises ChatwootAway."""
        made = self._public(f"contacts/{source_id}/conversations", {})
        try:
            return int(made["id"])
        except (KeyError, TypeError, ValueError) as error:
            raise ChatwootAway from error

    def citizen_says(self, source_id: str, conversation: int, text: str, echo: str) -> None:
        """The citizen's words, as theirs. Raises ChatwootAway."""
        path = f"contacts/{source_id}/conversations/{conversation}/messages"
        self._public(path, {"content": text, "echo_id": echo})

    def bot_says(self, conversation: int, text: str, *, private: bool = False) -> None:
        """What was said on our side, or a private note. Raises ChatwootAway."""
        body = {"content": text, "message_type": "outgoing", "private": private}
        self._ours(f"conversations/{conversation}/messages", body)

    def set_status(self, conversation: int, status: str) -> None:
        """``open``: an agent should look; ``resolved``: it is over. Raises ChatwootAway."""
        self._ours(f"conversations/{conversation}/toggle_status", {"status": status})

    def _public(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(f"{self.url}/public/api/v1/inboxes/{self.inbox}/{path}", body, {})

    def _ours(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"api_access_token": self.token}
        return self._post(f"{self.url}/api/v1/accounts/{self.account}/{path}", body, headers)

    def _post(self, url: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        try:
            with httpx.Client(trust_env=False, timeout=SECONDS) as client:
                answer = client.post(url, json=body, headers=headers)
                answer.raise_for_status()
                held = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ChatwootAway from error
        return held if isinstance(held, dict) else {}
