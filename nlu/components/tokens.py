"""Text in pieces that rules can be written over: words, numbers and single signs.

spaCy's own splitter leaves "9am" and "3月5日" whole; here a number always stands alone, a vowel
sign stays with its word (Bengali, Gurmukhi), and every Chinese character is a piece.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = "'’ʼ"
_LAST_DIGITS = 0x20000
"""Unicode has no decimal digits from here on; looking through all of it took a third of a second
at the first message."""


@dataclass(frozen=True)
class Piece:
    """A word, a number or a sign, and where it stands in the text."""

    text: str
    start: int
    end: int


def fold_digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9; no place moves. Half characters
    (surrogates), which cannot be encoded, are replaced."""
    return text.translate(_digits())


@lru_cache(maxsize=1)
def _digits() -> dict[int, str]:
    decimals = (code for code in range(128, _LAST_DIGITS) if chr(code).isdecimal())
    table = {code: str(unicodedata.decimal(chr(code))) for code in decimals}
    return table | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def pieces(text: str) -> list[Piece]:
    """The pieces in order, without the spaces between them."""
    return [Piece(text[start:end], start, end) for start, end in _spans(text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start, kind = 0, ""
    for at, character in enumerate(text):
        now = _kind(character)
        joins = now == kind and now in ("word", "number")
        inside = now == "joint" and kind == "word" and _kind(text[at + 1 : at + 2]) == "word"
        if joins or inside or (now == "mark" and kind == "word"):
            continue
        if kind and kind != "space":
            yield start, at
        start, kind = at, "sign" if now in ("joint", "mark") else now
    if kind and kind != "space":
        yield start, len(text)


def _kind(character: str) -> str:
    if not character or character.isspace():
        return "space"
    if character in _APOSTROPHES:
        return "joint"
    group = unicodedata.category(character)
    if group == "Nd":
        return "number"
    if group == "Lo" and "\u3400" <= character <= "\u9fff":
        return "sign"
    return {"L": "word", "M": "mark"}.get(group[0], "sign")
