"""Reads and checks what the connector is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import BadInput
from bot.message import MAX_CHARACTERS

LARGEST_BODY = 64_000  # bytes
_SENDER = re.compile(r"^[A-Za-z0-9_.:+-]{1,100}$")


class BadQuestion(BadInput):
    """The question cannot be read. ``status`` is the HTTP status that says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Question:
    """One message to answer. ``metadata``: language, language_chosen, medium, availability,
    circumstances, desk_asks."""

    sender: str
    message: str
    message_id: str
    metadata: Mapping[str, Any]


def read_question(body: bytes) -> Question:
    """The question in a request's body. Raises BadQuestion."""
    if len(body) > LARGEST_BODY:
        raise BadQuestion("The request is too large.", 413)
    data = _json_object(body)
    sender, message = data.get("sender"), data.get("message")
    message_id, metadata = data.get("message_id"), data.get("metadata") or {}
    if not isinstance(sender, str) or not _SENDER.match(sender):
        raise BadQuestion("sender must be the conversation's id.")
    if not isinstance(message, str) or not message.strip():
        raise BadQuestion("message must be text and must not be empty.")
    if len(message) > MAX_CHARACTERS:
        raise BadQuestion(f"message must have at most {MAX_CHARACTERS} characters.", 413)
    if not isinstance(message_id, str) or not 0 < len(message_id) <= 100:
        raise BadQuestion("message_id must be text.")
    _check_metadata(metadata)
    return Question(sender, message, message_id, metadata)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadQuestion("The request is not JSON.") from None
    if not isinstance(data, dict):
        raise BadQuestion("The request must be a JSON object.")
    return data


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict):
        raise BadQuestion("metadata must be an object.")
    for name in ("language", "medium"):
        if not isinstance(metadata.get(name), str | None):
            raise BadQuestion(f"metadata.{name} must be text or null.")
    for name in ("availability", "circumstances"):
        if not isinstance(metadata.get(name), dict | None):
            raise BadQuestion(f"metadata.{name} must be an object.")
    for name in ("language_chosen", "desk_asks"):
        if not isinstance(metadata.get(name, False), bool | None):
            raise BadQuestion(f"metadata.{name} must be true or false.")
