"""Spell a text in one way, whatever script and keyboard it came from.

Small letters, no accents, one form of each Arabic and Urdu letter, no apostrophes or
punctuation; Chinese characters stand apart, as there are no spaces to part the words.
"""

from __future__ import annotations

import re
import unicodedata

WORD = r"\w\u0980-\u09ff\u0a00-\u0a7f"
"""What a word is made of: Bengali and Gurmukhi vowel signs too, which ``\\w`` leaves out."""

_ARABIC = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ی", "ي": "ی", "ئ": "ی", "ؤ": "و", "ك": "ک",
    "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ے": "ی", "ۓ": "ی", "ں": "ن", "ـ": "",
})  # fmt: skip
_LATIN = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ı": "i"})
"""Letters that Unicode does not take apart, as phones without them write them."""
_LETTERS = _ARABIC | _LATIN
_MARKS = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_QUOTES = re.compile(r"['\u2018\u2019\u02bc`\u200b-\u200f]")
_HAN = re.compile(r"([\u3400-\u9fff])(?![^{}]*\})")
_DIGITS = re.compile(r"\d")


def fold(text: str) -> str:
    """``text`` without accents, vowel marks and apostrophes; punctuation stays."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = _QUOTES.sub("", _MARKS.sub("", text).translate(_ARABIC))
    text = _DIGITS.sub(lambda digit: str(unicodedata.digit(digit[0], digit[0])), text)
    return _HAN.sub(r" \1 ", text)
