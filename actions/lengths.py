"""How long something is, in an answer to "how big is it?", and which choice says so.

Only choices that name lengths themselves ("30 to 60 cm") can be chosen by one: how many
centimetres a dustbin lid has is not ours to guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from bot.folding import fold

_AS_FOLDED = {'"': 2.54, "厘 米|公 分": 1.0, "米": 100.0}
_UNITS = {
    r"mm|millimet(?:re|er)s?": 0.1,
    r"cms?|centimet(?:re|er)s?|centymetr\w*|centimetr\w*|sm|см|سم|سنتيمتر\w*|"
    r"سینٹی میٹر|সেমি|সেন্টিমিটার|ਸੈਂਟੀਮੀਟਰ|ਸੈਮੀ": 1.0,
    r"m|met(?:re|er)s?|metr\w*|метр\w*|متر|میٹر|মিটার|ਮੀਟਰ": 100.0,
    r"in|ins|inch|inches|modfedd\w*": 2.54,
    r"ft|foot|feet|troedfedd\w*": 30.48,
}
_CENTIMETRES = {fold(words): times for words, times in _UNITS.items()} | _AS_FOLDED
_UNIT = "|".join(_CENTIMETRES)
_NUMBERS = {
    "half a": 0.5, "a half": 0.5, "half": 0.5, "quarter of a": 0.25, "a": 1.0, "an": 1.0,
    "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "ten": 10.0, "twelve": 12.0,
}  # fmt: skip
_NUMBER = r"\d+(?:[.,]\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True))
_AS_SAID = re.compile(
    rf"(?:(?:it is|it's|its|about|around|roughly|approx|approximately|maybe|nearly|almost|some|"
    rf"tua|okolo|около|~)\.? ?)*(?P<number>{_NUMBER}) ?(?P<unit>{_UNIT})"
    r"(?: (?:or so|approx|roughly))?"
    r"(?: (?P<way>deep|in depth|depth|wide|across|long|big|in size|in diameter|in width|in length|"
    r"high|tall))?[ .!]*"
)
_BELOW = r"(?:less|smaller|shorter|narrower|under|below|up to)(?: than)?"
_ABOVE = r"(?:more|bigger|larger|longer|wider|over|above|at least)(?: than)?"
_ONE_BOUND = re.compile(
    rf"\b(?:(?P<below>{_BELOW})|{_ABOVE}) (?P<number>\d+(?:[.,]\d+)?) ?(?P<unit>{_UNIT})(?!\w)"
)
_BOTH = re.compile(
    rf"(?<![\d.,])(?P<low>\d+(?:[.,]\d+)?) ?(?P<first>{_UNIT})? ?(?:to|and|-|–) ?"
    rf"(?P<number>\d+(?:[.,]\d+)?) ?(?P<unit>{_UNIT})(?!\w)"
)
_DEPTH = re.compile(r"\b(?:deep|depth|deeper)\b")
_HEIGHT = re.compile(r"\b(?:high|tall|height)\b")


@dataclass(frozen=True)
class Length:
    """``centimetres`` of it; ``way``: deep or high, where it is said to be neither width nor
    length."""

    centimetres: float
    way: str = ""


def read_length(text: str) -> Length | None:
    """The length that the whole of ``text`` is ("about 40 cm", "half a metre"), or None."""
    said = _AS_SAID.fullmatch(" ".join(fold(text).split()))
    if said is None:
        return None
    way = said["way"] or ""
    kind = "deep" if _DEPTH.search(way) else "high" if _HEIGHT.search(way) else ""
    return Length(_centimetres(said["number"], said["unit"]), kind)


def option_of(
    options: tuple[tuple[str, str], ...], asked: str, length: Length
) -> tuple[str, str] | None:
    """The one option whose words name a span that ``length`` is in, of the same way as the
    question and the options speak of; None where they name none, or where two would fit."""
    words = fold(" ".join((asked, *(name for _, name in options))))
    way = "deep" if _DEPTH.search(words) else "high" if _HEIGHT.search(words) else ""
    if way != length.way and (way or length.way):
        return None
    spans = [(option, _span(fold(option[1]))) for option in options]
    found = [o for o, span in spans if span and span[0] <= length.centimetres <= span[1]]
    return found[0] if len(found) == 1 else None


def _span(name: str) -> tuple[float, float] | None:
    """What an option's name spans, in centimetres."""
    both = _BOTH.search(name)
    if both:
        low = _centimetres(both["low"], both["first"] or both["unit"])
        return low, _centimetres(both["number"], both["unit"])
    one = _ONE_BOUND.search(name)
    if one is None:
        return None
    bound = _centimetres(one["number"], one["unit"])
    return (0.0, bound) if one["below"] else (bound, inf)


def _centimetres(number: str, unit: str) -> float:
    times = next(cm for words, cm in _CENTIMETRES.items() if re.fullmatch(words, unit))
    return times * (_NUMBERS.get(number) or float(number.replace(",", ".")))
