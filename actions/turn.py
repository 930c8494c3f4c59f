"""What Rasa tells an action about the citizen's message, read once and kept as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from rasa_sdk import Tracker

from bot.need import Availability, Circumstances
from bot.replies import FALLBACK_LANGUAGE


@dataclass(frozen=True)
class Turn:
    """One message as an action sees it.

    ``task`` is the form's state as JSON, ``known`` what the citizen has told us, ``candidates``
    are (intent, confidence from 0 to 1) pairs, best first; ``entities`` (kind, value) pairs.
    ``desk_asks``: it is an agent's, who wants the questions of the service it chooses.
    ``answer_by``: when the citizen must have been answered, on the event loop's clock.
    """

    conversation_id: str
    text: str
    intent: str = ""
    confidence: float = 0.0
    candidates: tuple[tuple[str, float], ...] = ()
    language: str = FALLBACK_LANGUAGE
    medium: str = "web"
    circumstances: Circumstances = field(default_factory=Circumstances)
    availability: Availability = field(default_factory=Availability)
    service: str | None = None
    task: Mapping[str, Any] | None = None
    last_route: Mapping[str, Any] | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    entities: tuple[tuple[str, str], ...] = ()
    desk_asks: bool = False
    answer_by: float = inf

    def entities_of(self, *names: str) -> tuple[str, ...]:
        """What the message names of these kinds ("address", "date"), in its order."""
        return tuple(value for name, value in self.entities if name in names)

    @property
    def is_button(self) -> bool:
        """Whether it is a button's payload: chosen, so there is nothing to guess."""
        return self.text.startswith("/")

    @property
    def is_sms(self) -> bool:
        """Whether it came as a text message."""
        return self.medium == "sms"


def read_turn(tracker: Tracker, languages: Collection[str]) -> Turn:
    """The turn in ``tracker``, in one of ``languages``. Missing or misshapen parts take their
    defaults: an action must be able to answer whatever Rasa sends."""
    said = _mapping(tracker.latest_message)
    metadata = _mapping(said.get("metadata"))
    intent = _mapping(said.get("intent"))
    return Turn(
        conversation_id=str(tracker.sender_id),
        text=str(said.get("text") or "").strip(),
        intent=str(intent.get("name") or ""),
        confidence=_number(intent.get("confidence")),
        candidates=_candidates(said.get("intent_ranking")),
        language=_language(metadata, said, tracker.slots, languages),
        medium="sms" if metadata.get("medium") == "sms" else "web",
        circumstances=_circumstances(metadata.get("circumstances")),
        availability=Availability.from_json(_mapping(metadata.get("availability"))),
        service=tracker.slots.get("service") or None,
        task=_mapping(tracker.slots.get("task")) or None,
        last_route=_mapping(tracker.slots.get("last_route")) or None,
        known=_mapping(tracker.slots.get("known")),
        entities=_entities(said.get("entities")),
        desk_asks=metadata.get("desk_asks") is True,
    )


def _language(
    metadata: Mapping[str, Any],
    said: Mapping[str, Any],
    slots: Mapping[str, Any],
    languages: Collection[str],
) -> str:
    """The language the citizen chose, else the one they write in, else the last one."""
    chosen = metadata.get("language") if metadata.get("language_chosen") else None
    heard = said.get("language")
    heard = heard.get("name") if isinstance(heard, Mapping) else heard
    found = (chosen, heard, slots.get("language"), metadata.get("language"))
    return next((str(one) for one in found if one in languages), FALLBACK_LANGUAGE)


def _circumstances(data: Any) -> Circumstances:
    try:
        return Circumstances.from_json(_mapping(data))
    except (TypeError, ValueError):
        return Circumstances()


def _candidates(ranking: Any) -> tuple[tuple[str, float], ...]:
    items = ranking if isinstance(ranking, list) else []
    return tuple(
        (str(item["name"]), _number(item.get("confidence")))
        for item in items
        if isinstance(item, Mapping) and item.get("name")
    )


def _entities(found: Any) -> tuple[tuple[str, str], ...]:
    items = found if isinstance(found, list) else []
    return tuple(
        (str(item["entity"]), str(item.get("value") or ""))
        for item in items
        if isinstance(item, Mapping) and item.get("entity")
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
