"""Turn a reply and its buttons into text messages.

A text costs by the part: 160 characters of the phones' own alphabet (GSM-7), or 70 as soon as
one character is outside it, a little less each when there are several parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import ceil

from bot.message import Button

MAX_PARTS = 4
"""The longest single text, in parts; a longer reply goes out as several texts."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2022": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\t": " ",
    }
)
_SENTENCE = re.compile(r"(?<=[.!?:۔؟।॥])\s+|(?<=[。！？])\s*(?=\S)|\n+")


def sms_texts(
    text: str, buttons: Sequence[Button] = (), *, first_number: int = 1, choose: str = ""
) -> tuple[str, ...]:
    """``text`` and its numbered choices as one text message, or as several when it is long.

    ``choose`` is the line before the choices ("Reply with a number:"); ``first_number`` the
    number of the first one, when an earlier text of the same turn offered some already.
    Typographic quotes and dashes become plain ones: they would double the cost.
    """
    lines = [text.strip()]
    if buttons:
        numbered = [f"{n} {b.title}" for n, b in enumerate(buttons, first_number)]
        lines.append("\n".join([choose, *numbered] if choose else numbered))
    whole = "\n\n".join(line for line in lines if line)
    return tuple(_pack(_plain(whole))) if whole else ()


def _plain(text: str) -> str:
    """``text`` in the phones' own alphabet where that can be. Elsewhere no-break spaces stay:
    they keep a phone number in order (bot/bidi.py), and cost no more."""
    plain = text.translate(_PLAIN)
    if _is_basic(plain):
        return plain
    return text.translate({k: v for k, v in _PLAIN.items() if k != 0xA0})


def _is_basic(text: str) -> bool:
    return all(c in _BASIC or c in _DOUBLE for c in text)


def sms_parts(text: str) -> int:
    """How many parts ``text`` is charged as. Empty text is one."""
    size, one, several = _measure(text)
    return 1 if size <= one else ceil(size / several)


def _measure(text: str) -> tuple[int, int, int]:
    """The text's size, what fits in one part, and in each of several."""
    if _is_basic(text):
        return len(text) + sum(c in _DOUBLE for c in text), 160, 153
    return len(text.encode("utf-16-be", "surrogatepass")) // 2, 70, 67


def _fits(text: str) -> bool:
    return sms_parts(text) <= MAX_PARTS


def _pack(text: str) -> Iterable[str]:
    """Sentences and lines, as many in one text as fit, with what stood between them kept."""
    if _fits(text):
        yield text
        return
    held = ""
    for gap, piece in _pieces(text):
        longer = held + gap + piece if held else piece
        if _fits(longer):
            held = longer
            continue
        if held:
            yield held
        *full, held = _cut(piece)
        yield from full
    if held:
        yield held


def _pieces(text: str) -> Iterable[tuple[str, str]]:
    """Each sentence or line with the space before it."""
    gap, start = "", 0
    for match in _SENTENCE.finditer(text):
        yield gap, text[start : match.start()]
        gap, start = match[0], match.end()
    yield gap, text[start:]


def _cut(piece: str) -> list[str]:
    """One sentence too long for a text, cut between words, or anywhere when there are none."""
    texts: list[str] = [""]
    for word in re.split(r"(?<=\s)", piece):
        if _fits(texts[-1] + word):
            texts[-1] += word
        elif _fits(word):
            texts.append(word)
        else:
            texts.extend(_chop(word))
    return [text.strip() for text in texts if text.strip()] or [""]


def _chop(word: str) -> Iterable[str]:
    """A word of hundreds of characters; 60 fit in any alphabet's text."""
    return (word[i : i + 60] for i in range(0, len(word), 60))
