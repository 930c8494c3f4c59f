"""What the assistant made of a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.message import Button


@dataclass(frozen=True)
class Candidate:
    """One of the intents a message may carry. ``confidence`` is from 0 to 1."""

    intent: str
    confidence: float
    service: str | None = None
    lgsl: int | None = None


@dataclass(frozen=True)
class Understanding:
    """The best intent, its rivals and what was found in the text."""

    language: str = "en"
    intent: str = ""
    kind: str = ""
    service: str | None = None
    lgsl: int | None = None
    confidence: float = 0.0
    fallback: bool = False
    candidates: tuple[Candidate, ...] = ()
    entities: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Said:
    """One message in the assistant's answer."""

    text: str
    lang: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The assistant's answer to one message.

    ``events`` are what its actions report: route, handoff, case, appointment,
    circumstances, language, misunderstood; each an object with a ``type``.
    """

    said: tuple[Said, ...] = ()
    understanding: Understanding = field(default_factory=Understanding)
    events: tuple[Mapping[str, Any], ...] = ()
    model_version: str = ""

    def events_of(self, kind: str) -> list[Mapping[str, Any]]:
        """The events of one type, in order."""
        return [event for event in self.events if event.get("type") == kind]
