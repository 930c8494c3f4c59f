"""The assistant's words in one language and medium, for buttons and for parts of replies."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import ReplyMissing
from bot.message import Button
from bot.opening_words import opening_in_words
from bot.replies import Replies
from bot.service_card import ServiceCard

PERSON, COME_IN, WHY, SOMETHING_ELSE = "/human", "/face_to_face", "/why", "/something_else"
CHECK = "/status"
YES, NO, SKIP, BACK = "/affirm", "/deny", "/skip", "/go_back"


@dataclass(frozen=True)
class Words:
    """Catalogue texts for one citizen."""

    replies: Replies
    language: str
    medium: str = "web"

    def text(self, key: str, **values: object) -> str:
        """The text of ``key``. Raises ReplyMissing when there is none in any language."""
        return self.replies.say(key, self.language, self.medium, **values)

    def maybe(self, key: str, otherwise: str) -> str:
        """The text of ``key``, or ``otherwise`` where the catalogue has none: a council
        system's own words are shown as they come unless somebody has translated them."""
        try:
            return self.text(key)
        except ReplyMissing:
            return otherwise

    def opening(self, next_open: str | None) -> str:
        """When the contact centre opens next, or that it will be as soon as can be."""
        known = opening_in_words(next_open, self.replies, self.language, self.medium)
        return known or self.text("when_open_again")

    def button(self, key: str, payload: str) -> Button:
        """A button with a catalogue title."""
        return Button(self.text(key), payload, self.lang_of(key))

    def lang_of(self, key: str) -> str:
        """The language of ``text(key)``."""
        return self.replies.spoken(key, self.language, self.medium)

    def service(self, card: ServiceCard) -> Button:
        """A button for a service, with its name."""
        lang = card.named_in(self.language)
        return Button(card.name(self.language), f"/{card.intent}", lang)

    def ways_on(self) -> tuple[Button, Button]:
        """A person and a place: on offer under every answer."""
        return self.button("button_person", PERSON), self.button("button_come_in", COME_IN)
