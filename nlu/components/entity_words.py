"""Dates, times and sums of money in a text, by spaCy's rules over its pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from nlu.components.entity_names import load_words
from nlu.components.entity_patterns import patterns
from nlu.components.light_spacy import spacy_rules
from nlu.components.tokens import Piece, pieces

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Found = tuple[str, tuple[int, int], str]
"""Entity, where it starts and ends in the text, value."""
NO_DATES = ("24/7", "9/11")


def find_by_words(text: str) -> list[Found]:
    """The longest first; they may overlap. The text's digits are folded already
    (tokens.fold_digits). Values: dates ISO 8601 (``--12-03`` without a year), a weekday
    (``mon``) or ``today``, ``tomorrow``, ``yesterday``; times ``14:30``; money in pounds."""
    split = pieces(text)
    found = (_found(split, *match) for match in _matches([piece.text for piece in split]))
    return sorted((one for one in found if one), key=lambda one: (one[1][0] - one[1][1], one))


def _found(split: Sequence[Piece], rule: str, start: int, end: int) -> Found | None:
    """None when the value cannot be."""
    inside = _within(rule, split, start, end)
    if rule == "money/sign_last" and inside[-1].start > inside[-2].end:
        return None  # "flat 4 £35": the sign belongs to what follows
    value = _VALUES[rule]([piece.text.lower() for piece in inside], _before(split, start))
    return (rule.split("/")[0], (inside[0].start, inside[-1].end), value) if value else None


def _before(split: Sequence[Piece], start: int) -> str:
    """The piece before, with a space where one stands between; empty at the beginning."""
    if not start:
        return ""
    one = split[start - 1]
    return one.text if one.end == split[start].start else f"{one.text} "


def _within(rule: str, split: Sequence[Piece], start: int, end: int) -> Sequence[Piece]:
    """Without the word that only announces it: "on" in "on sat", "at" in "at 9"."""
    return split[start + 1 : end] if rule in ("date/short", "time/after") else split[start:end]


def _matches(texts: Sequence[str]) -> list[tuple[str, int, int]]:
    """Rule, first piece and the one after the last."""
    matcher, vocabulary, document = rules()
    found = matcher(document(vocabulary, words=list(texts))) if texts else []
    return [(vocabulary.strings[rule], start, end) for rule, start, end in found]


@lru_cache(maxsize=1)
def rules() -> tuple[Any, Any, Any]:
    """spaCy's matcher, its vocabulary and its kind of document, made once."""
    vocabulary, make_matcher, document = spacy_rules()
    matcher = make_matcher(vocabulary, validate=False)
    for name, some in patterns(load_words()).items():
        matcher.add(name, some)
    return matcher, vocabulary, document


def _date(texts: Sequence[str], before: str) -> str:
    """Empty when it is no date: 24/7, 40/3."""
    numbers = [int(text) for text in texts if text.isdecimal()]
    year = next((n for n in numbers if n > 99), 0)
    small = [n for n in numbers if n <= 99]
    year_first = bool(year) and numbers[0] == year
    if "".join(texts) in NO_DATES or before in ("/", "-", ".") or len(small) < 2:
        return ""
    month, day = small[:2] if year_first or "月" in texts else (small[1], small[0])
    return _iso(year or (2000 + small[2] if len(small) > 2 else 0), month, day)


def _named_date(texts: Sequence[str], before: str) -> str:
    months = load_words().months
    named = (" ".join(texts[i : i + n]) for n in (3, 2, 1) for i in range(len(texts)))
    month = next(months[words] for words in named if words in months)
    numbers = [int(text) for text in texts if text.isdecimal()]
    return _iso(next((n for n in numbers if n > 99), 0), month, min(numbers))


def _iso(year: int, month: int, day: int) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    return f"{year}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def _day(texts: Sequence[str], before: str) -> str:
    """Empty for Romanian "3 luni": after a number they are months."""
    months = texts == ["luni"] and before.strip().isdecimal()
    return "" if months else WEEKDAYS[load_words().days[" ".join(texts)]]


def _time(texts: Sequence[str], before: str) -> str:
    """Empty when there is no such time, or more of a number stands before it."""
    numbers = [int(text) for text in texts if text.isdecimal()]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    said = f" {' '.join(text for text in texts if not text.isdecimal())} "
    if hour < 12 and any(f" {half} " in said for half in load_words().lists["pm"]):
        hour += 12
    known = hour <= 24 and minute <= 59 and before not in (".", ":", "£", "/")
    return f"{hour:02}:{minute:02}" if known else ""


def _pounds(texts: Sequence[str], before: str) -> str:
    joined = "".join(text for text in texts if text.isdecimal() or text in ".,")
    whole, _, part = re.sub(r",(?=\d{3})", "", joined).replace(",", ".").partition(".")
    return f"{int(whole)}.{part or '00'}"


_VALUES: Mapping[str, Callable[[Sequence[str], str], str]] = {
    "date/named": _named_date,
    "date/numbers": _date,
    "date/day": _day,
    "date/short": lambda texts, before: WEEKDAYS[load_words().short_days[texts[-1]]],
    "date/relative": lambda texts, before: load_words().relative[" ".join(texts)],
    "time/clock": _time,
    "time/after": _time,
    "money/sign_first": _pounds,
    "money/sign_last": _pounds,
    "money/named": _pounds,
    "money/pence": lambda texts, before: f"0.{int(texts[0]):02}",
}
