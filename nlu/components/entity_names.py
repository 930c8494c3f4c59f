"""Names of months, weekdays, halves of the day and coins in thirteen languages.

Months and weekdays come from Unicode's CLDR, by way of Babel; the rest from day_words.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.components.tokens import pieces

FILE = Path(__file__).with_name("day_words.yml")
SHORT_DAYS = {
    **{"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6},
    **{"segunda": 0, "terça": 1, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4},
}
"""Weekdays that are ordinary words too, and count only after a word such as "on"."""
LISTS = ("link", "ordinal", "before_time", "after_time", "am", "pm", "pounds", "pence")


@dataclass(frozen=True)
class Words:
    """Lower-case words with one space between their pieces. Months are 1 to 12, days 0 (Monday)
    to 6; ``relative`` says today, tomorrow or yesterday; ``lists`` has those of LISTS."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    short_days: Mapping[str, int]
    short_days_after: frozenset[str]
    relative: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]


def spoken(text: str) -> str:
    """The form in which words are looked up."""
    return " ".join(piece.text.lower() for piece in pieces(text))


@lru_cache(maxsize=1)
def load_words() -> Words:
    """Read once, at the first message."""
    import yaml

    own = yaml.safe_load(FILE.read_text("utf-8"))
    return Words(
        months=_numbered(own, "months", _months),
        days=_numbered(own, "days", _days),
        short_days=SHORT_DAYS,
        short_days_after=_listed(own, "short_days_after"),
        relative={spoken(w): day for one in own.values() for day, w in _each(one["relative"])},
        lists={name: _listed(own, name) for name in LISTS},
    )


def _listed(own: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(spoken(word) for one in own.values() for word in one.get(name, ()))


def _numbered(
    own: Mapping[str, Any], name: str, cldr: Callable[[str], Mapping[str, int]]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for language, one in own.items():
        found.update(cldr(language))
        found.update({spoken(word): number for number, word in _each(one.get(name, {}))})
    return found


def _each(words: Mapping[Any, Sequence[str]]) -> list[tuple[Any, str]]:
    return [(key, word) for key, some in words.items() for word in some]


def _months(language: str) -> dict[str, int]:
    from babel.dates import get_month_names

    found: dict[str, int] = {}
    if language in _NOT_IN_CLDR:
        return found
    for width in ("wide", "abbreviated"):
        for form in ("format", "stand-alone"):
            names = get_month_names(width, form, language).items()
            found.update({spoken(n.rstrip(".")): m for m, n in names if not n[0].isdecimal()})
    return found


def _days(language: str) -> dict[str, int]:
    from babel.dates import get_day_names

    if language in _NOT_IN_CLDR:
        return {}
    names = get_day_names("wide", "format", language).items()
    return {spoken(name): day for day, name in names}


_NOT_IN_CLDR = ("ur-Latn",)
