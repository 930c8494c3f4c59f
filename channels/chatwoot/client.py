"""Chatwoot's published API, as far as we use it.

*Client API* (``/public/api/v1/inboxes/INBOX``): the citizen's side of an API channel.
*Application API* (``/api/v1/accounts/ACCOUNT``), with the agent bot's token: ours; erasing, which
bots may not, with an administrator's.
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
    """``inbox`` is the API channel's identifier, ``token`` the agent bot's access token,
    ``admin_token`` that of an administrator, empty where nothing is erased there."""

    url: str
    account: str
    inbox: str
    token: str
    admin_token: str = ""

    def new_contact(self, source_id: str, name: str) -> tuple[str, int | None]:
        """A contact of the API channel: its source id, and its number in the account if Chatwoot
        says. Raises ChatwootAway."""
        made = self._public("contacts", {"source_id": source_id, "name": name})
        number = made.get("id")
        known = number if isinstance(number, int) else None
        return str(made.get("source_id") or source_id), known

    def new_conversation(self, source_id: str) -> int:
        """A conversation of that contact; its number in the account. Raises ChatwootAway."""
        made = self._public(f"contacts/{source_id}/conversations", {})
        try:
            return int(made["id"])
        except (KeyError, TypeError, ValueError) as error:
            raise ChatwootAway from error

    def citizen_says(self, source_id: str, conversation: int, text: str, echo: str) -> None:
        """The citizen's words, as theirs. Raises ChatwootAway."""
        self._public(_messages(source_id, conversation), {"content": text, "echo_id": echo})

    def citizen_shows(
        self, source_id: str, conversation: int, text: str, echo: str, jpeg: bytes
    ) -> None:
        """The same with a photo. Raises ChatwootAway."""
        url = f"{self.url}/public/api/v1/inboxes/{self.inbox}/{_messages(source_id, conversation)}"
        files = {"attachments[]": ("photo.jpg", jpeg, "image/jpeg")}
        self._send("POST", url, {}, data={"content": text, "echo_id": echo}, files=files)

    def bot_says(self, conversation: int, text: str, *, private: bool = False) -> None:
        """What was said on our side, or a private note. Raises ChatwootAway."""
        body = {"content": text, "message_type": "outgoing", "private": private}
        self._ours(f"conversations/{conversation}/messages", body)

    def set_status(self, conversation: int, status: str) -> None:
        """``open``: an agent should look; ``resolved``: it is over. Raises ChatwootAway."""
        self._ours(f"conversations/{conversation}/toggle_status", {"status": status})

    def erase(self, conversation: int, contact: int | None) -> None:
        """A conversation and its contact, which is of this one alone. What is gone already is fine.
        Raises ChatwootAway."""
        headers = {"api_access_token": self.admin_token}
        paths = [f"conversations/{conversation}"]
        paths += [f"contacts/{contact}"] if contact is not None else []
        for path in paths:
            url = f"{self.url}/api/v1/accounts/{self.account}/{path}"
            self._send("DELETE", url, headers, may_be_gone=True)

    def _public(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(f"{self.url}/public/api/v1/inboxes/{self.inbox}/{path}", body, {})

    def _ours(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"api_access_token": self.token}
        return self._post(f"{self.url}/api/v1/accounts/{self.account}/{path}", body, headers)

    def _post(self, url: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        return self._send("POST", url, headers, json=body)

    def _send(
        self, method: str, url: str, headers: dict[str, str], may_be_gone: bool = False, **what: Any
    ) -> dict[str, Any]:
        try:
            with httpx.Client(trust_env=False, timeout=SECONDS) as client:
                answer = client.request(method, url, headers=headers, **what)
                if may_be_gone and answer.status_code == httpx.codes.NOT_FOUND:
                    return {}
                answer.raise_for_status()
                held = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise ChatwootAway from error
        return held if isinstance(held, dict) else {}


def _messages(source_id: str, conversation: int) -> str:
    return f"contacts/{source_id}/conversations/{conversation}/messages"
