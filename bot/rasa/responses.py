"""Rasa's replies, taken from the catalogues by the citizen's language and medium."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.errors import ReplyMissing
from bot.files.catalogues import load_catalogues
from bot.replies import FALLBACK_LANGUAGE, Replies

log = logging.getLogger(__name__)

CATALOGUES = Path(__file__).resolve().parent.parent / "replies"
PREFIX = "utter_"
LAST_RESORT = "Sorry, something went wrong. Please ask for a person."
NOT_VALUES = {"text", "buttons", "elements", "custom", "template", "image", "attachment", "lang"}


class CatalogueResponses(NaturalLanguageGenerator):
    """Named in ``endpoints.yml``. ``catalogues`` there may name another folder.

    Raises BadFile at the start when a catalogue is broken; never while talking.
    """

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None
    ) -> None:
        asked = (endpoint_config.kwargs if endpoint_config else {}).get("catalogues")
        self.replies = load_catalogues(Path(asked) if asked else CATALOGUES)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """``{"text", "lang"}`` for ``utter_<key>``; ``kwargs`` and slots fill its places."""
        language = str(kwargs.get("lang") or language_of(tracker, self.replies.languages))
        values = {k: v for k, v in kwargs.items() if k not in NOT_VALUES and v is not None}
        slots = tracker.current_slot_values()
        said = say(self.replies, utter_action, language, _medium(tracker), {**slots, **values})
        return {"text": said[0], "lang": said[1]}


def say(
    replies: Replies, utter_action: str, language: str, medium: str, values: Mapping[str, Any]
) -> tuple[str, str]:
    """The reply's text, or a safe general one when it cannot be made, and the language that it
    is in: English where the catalogue lacks it. Never raises."""
    key = utter_action[len(PREFIX) :] if utter_action.startswith(PREFIX) else utter_action
    values = {k: v for k, v in values.items() if k not in ("key", "lang", "medium")}
    try:
        text = replies.say(key, language, medium, **values)
        return text, replies.spoken(key, language, medium)
    except (ReplyMissing, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        log.error("no reply for %s: %s", utter_action, type(error).__name__)
    general = "error_general"
    if replies.has(general):
        return replies.say(general, language, medium), replies.spoken(general, language, medium)
    return LAST_RESORT, FALLBACK_LANGUAGE


def language_of(tracker: DialogueStateTracker, languages: tuple[str, ...]) -> str:
    """The language to answer in: chosen, else heard in this message, else the last one."""
    said = tracker.latest_message
    metadata = (said.metadata if said else None) or {}
    chosen = metadata.get("language") if metadata.get("language_chosen") else None
    heard = ((said.parse_data if said else None) or {}).get("language")
    found = (chosen, heard, tracker.get_slot("language"), metadata.get("language"))
    return next((one for one in found if one in languages), FALLBACK_LANGUAGE)


def _medium(tracker: DialogueStateTracker) -> str:
    metadata = (tracker.latest_message.metadata if tracker.latest_message else None) or {}
    return str(metadata.get("medium") or tracker.get_slot("medium") or "web")
