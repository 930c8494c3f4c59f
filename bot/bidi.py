"""Which way a language runs, and how a phone number keeps its order inside it.

In a line that runs from right to left, groups of digits parted by spaces change places: "116
123" is shown as "123 116", and whoever reads it calls a wrong number. A no-break space is a
common separator to the bidirectional algorithm (Unicode Annex 9, rule W4), so the groups stay
one number; it also keeps the number on one line. A house number before a street in Latin letters
jumps behind it ("mill lane 12"): a left-to-right mark before it keeps it where it is.
"""

from __future__ import annotations

import re

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
_SCRIPTS_RIGHT_TO_LEFT = frozenset({"arab", "aran", "hebr"})
_HOUSE = re.compile(r"(?<![\w\u200e.,/-])(?=\d[\w/-]* [A-Za-z]+ [A-Za-z])")
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


def text_direction(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``. A script in the code
    decides: Urdu in Latin letters (``ur-Latn``) runs from left to right."""
    first, *rest = language.lower().split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    to_left = script in _SCRIPTS_RIGHT_TO_LEFT if script else first in _RIGHT_TO_LEFT
    return "rtl" if to_left else "ltr"


def hold_numbers(text: str, language: str) -> str:
    """``text`` with the groups of each number held together, and house numbers before their
    streets, where ``language`` needs it."""
    if text_direction(language) == "ltr":
        return text
    return _HOUSE.sub("\u200e", _BETWEEN_DIGITS.sub("\u00a0", text))
