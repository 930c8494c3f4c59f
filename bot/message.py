"""A message, who said it, and how raw text is made safe to handle."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.errors import MessageEmpty

MAX_CHARACTERS = 2000
"""The longest message the assistant reads; a longer one is kept, and answered by a person."""

_KEEP_FORMAT = {"\u200c", "\u200d"}  # joiners: Urdu, Bengali and emoji are misspelt without them


class Medium(str, Enum):
    """How a message arrives."""

    WEB = "web"
    SMS = "sms"


class Sender(str, Enum):
    """Who said it. ``system`` is for fixed notices: safety, outage, handoff."""

    CITIZEN = "citizen"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Button:
    """A choice on offer. ``payload`` goes to the assistant when ``title`` is chosen. ``lang`` is
    the title's language where it is not that of the message above it."""

    title: str
    payload: str
    lang: str = ""

    def as_json(self) -> dict[str, str]:
        """``{"title", "payload"}``, and ``"lang"`` where it has one of its own."""
        own = {"lang": self.lang} if self.lang else {}
        return {"title": self.title, "payload": self.payload, **own}


def button_from_json(data: Mapping[str, Any]) -> Button:
    """Read ``Button.as_json``'s object. Raises KeyError on others."""
    return Button(str(data["title"]), str(data["payload"]), str(data.get("lang") or ""))


@dataclass(frozen=True)
class Message:
    """One message of a conversation, as stored. ``at`` is in UTC. ``changed_at`` is when an agent
    last changed what it says; ``withdrawn`` that they took it back."""

    id: str
    conversation_id: str
    sender: Sender
    text: str
    lang: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    client_id: str | None = None
    changed_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Reply:
    """A message about to be said, before it has an id and a time."""

    text: str
    lang: str
    sender: Sender = Sender.ASSISTANT
    buttons: tuple[Button, ...] = ()


def clean_text(raw: str) -> str:
    """``raw`` in NFC without control, zero-width, bidi-override and surrogate characters.

    Line breaks stay. Raises MessageEmpty when nothing readable is left.
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if _may_stay(c)).strip()
    if not any(unicodedata.category(c)[0] in "LNPSM" for c in text):
        raise MessageEmpty
    return text


def _may_stay(character: str) -> bool:
    if character in "\n\t" or character in _KEEP_FORMAT:
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it: emoji and dots alone cannot be understood."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)


RECENT = 30
"""Messages looked back on: a choice offered longer ago than that is no longer on offer."""


def last_buttons(messages: Iterable[Message], *, numbered: bool = False) -> tuple[Button, ...]:
    """The choices still on offer: those said since the citizen last spoke. Where they are chosen by
    number, since an agent last spoke, too: "2" then answers the agent."""
    over = (Sender.CITIZEN, Sender.AGENT) if numbered else (Sender.CITIZEN,)
    buttons: tuple[Button, ...] = ()
    for message in messages:
        if message.sender in over:
            buttons = ()
        else:
            buttons += message.buttons
    return buttons
