"""The case that a conversation has brought about last, and the button that asks for its news."""

from __future__ import annotations

from actions.words import CHECK, Words
from bot.message import Button


def held_case(reference: str, system: str, service: str) -> dict[str, object]:
    """What is known from now on: the citizen is never asked for a reference we gave them.
    ``service`` is a card's id."""
    return {"case": {"reference": reference, "system": system, "service": service}}


def no_case() -> dict[str, object]:
    """What is known once a report has no reference yet: an older one's news is not this one's."""
    return {"case": None}


def check_button(words: Words) -> Button:
    """Leads to how it is going, and to being told of changes."""
    return words.button("button_check", CHECK)
