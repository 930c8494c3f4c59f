"""Messages as the API and the page's script see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.message import Message
from channels.pages import text_direction


def message_json(message: Message) -> dict[str, Any]:
    """``{"id","from","text","lang","dir","buttons":[{"title","payload"}],"at","client_id"}``, and
    ``"changed_at"`` if an agent has changed it since. A button has a ``"lang"`` where its title
    is in another language than the text."""
    return {
        "id": message.id,
        "from": message.sender.value,
        "text": message.text,
        "lang": message.lang,
        "dir": text_direction(message.lang),
        "buttons": [button.as_json() for button in message.buttons],
        "at": message.at.isoformat(),
        "client_id": message.client_id,
        **({"changed_at": message.changed_at.isoformat()} if message.changed_at else {}),
    }


def messages_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Each as ``message_json``."""
    return [message_json(message) for message in messages]
