"""Turn what a citizen sent into the button it stands for: its payload, its title or its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.message import Button
from bot.number_words import number_in

_INNER_COMMAND = re.compile(r"^[\s/]+")


@dataclass(frozen=True)
class Choice:
    """``shown`` is what the transcript keeps, ``sent`` what the assistant gets."""

    shown: str
    sent: str


def resolve_choice(
    text: str, offered: Sequence[Button], *, numbered: bool, language: str = "en"
) -> Choice:
    """The choice behind ``text``, or ``text`` itself.

    A payload that was not on offer loses its slash, so nobody can type their way
    into the assistant's inner commands. ``numbered`` is true where choices were
    printed with numbers (SMS); they are read in ``language`` and in English.
    """
    for button in offered:
        if text == button.payload or text.casefold().strip() == button.title.casefold():
            return Choice(button.title, button.payload)
    number = number_in(text, language) if numbered and offered else None
    if number is not None and 1 <= number <= len(offered):
        button = offered[number - 1]
        return Choice(button.title, button.payload)
    harmless = _INNER_COMMAND.sub("", text) or text.replace("/", "?").strip()
    return Choice(text, harmless if text.lstrip().startswith("/") else text)
