"""An ``Assistant`` in memory, for tests and for trying the pages without Rasa."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from bot.conversation import Conversation
from bot.errors import AssistantUnavailable
from bot.message import Button
from bot.need import Availability, Circumstances
from bot.understanding import Answer, Said, Understanding

ROUTE: Mapping[str, Any] = {
    "type": "route",
    "channel": "digital",
    "way": "answer",
    "reasons": ["need_served_online"],
    "alternatives": [
        {"channel": "assisted", "way": "talk_to_person"},
        {"channel": "face_to_face", "way": "library_hub"},
    ],
    "policy_version": "in memory",
    "service": None,
}
PERSON = Button("Talk to a person", "/human")
COME_IN = Button("Come in and see us", "/face_to_face")


class MemoryAssistant:
    """Answers from a script: the first entry whose words are in the text, else it repeats it.

    ``down`` makes it unavailable, ``broken`` makes it fail in a way nobody foresaw,
    ``seconds`` makes it slow, and it answers nobody while ``lock`` is held. ``heard`` is what it
    was asked, in order.
    """

    def __init__(self, script: Mapping[str, Answer] | None = None) -> None:
        self.script = dict(script or {})
        self.heard: list[str] = []
        self._answered: dict[tuple[str, str], Answer] = {}
        self.down = self.broken = False
        self.seconds = 0.0
        self.lock = threading.Lock()

    def ask(
        self,
        conversation: Conversation,
        message_id: str,
        text: str,
        circumstances: Circumstances,
        availability: Availability,
        *,
        for_desk: bool = False,
    ) -> Answer:
        """The scripted answer. Raises AssistantUnavailable while ``down``, RuntimeError while
        ``broken``."""
        if self.broken:
            raise RuntimeError("broken on purpose")
        time.sleep(self.seconds)
        with self.lock:
            if answered := self._answered.get((conversation.id, message_id)):
                return answered
            self.heard.append(text)
        if self.down:
            raise AssistantUnavailable
        answer = self._answered[conversation.id, message_id] = self._answer(conversation, text)
        return answer

    def _answer(self, conversation: Conversation, text: str) -> Answer:
        for words, answer in self.script.items():
            if words.casefold() in text.casefold():
                return answer
        return answer_with(f"You said: {text}", conversation.language)


def answer_with(text: str, language: str = "en", *buttons: Button) -> Answer:
    """An answer of one message, with a person and a place on offer unless told otherwise."""
    return Answer(
        said=(Said(text, language, buttons or (PERSON, COME_IN)),),
        understanding=Understanding(
            language=language, intent="greet", kind="smalltalk", confidence=0.9
        ),
        events=(ROUTE,),
        model_version="in memory",
    )
