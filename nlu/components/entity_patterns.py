"""spaCy Matcher patterns of dates, times and money, over the pieces of nlu/components/tokens.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nlu.components.entity_names import Words
from nlu.components.tokens import pieces

Pattern = list[Mapping[str, Any]]


def _shaped(shape: str) -> dict[str, Any]:
    return {"TEXT": {"REGEX": f"^(?:{shape})$"}}


def _one_of(words: Iterable[str]) -> dict[str, Any]:
    return {"LOWER": {"IN": sorted(words)}}


def _sign(signs: str, op: str = "1") -> dict[str, Any]:
    return {"TEXT": {"IN": list(signs)}, "OP": op}


SMALL, MINUTES = _shaped(r"\d{1,2}"), _shaped(r"[0-5]\d")
YEAR, ANY_YEAR = _shaped(r"(?:19|20)\d\d"), _shaped(r"(?:19|20)?\d\d")
SUM, THOUSANDS, CENTS = _shaped(r"\d{1,6}"), _shaped(r"\d{3}"), _shaped(r"\d\d")

_WHOLE: list[Pattern] = [[SUM], [SUM, _sign(","), THOUSANDS]]
SUMS: list[Pattern] = [*_WHOLE, *([*one, _sign(".,"), CENTS] for one in _WHOLE)]
CLOCKS: list[Pattern] = [[SMALL], [SMALL, _sign(":."), MINUTES]]


def patterns(words: Words) -> dict[str, list[Pattern]]:
    """Rule → its patterns. A rule's name is the entity, and after "/" which reading of it."""
    return {
        "date/named": _named_dates(words),
        "date/numbers": [
            [SMALL, _sign("/"), SMALL],
            [SMALL, _sign("/.-"), SMALL, _sign("/.-"), ANY_YEAR],
            [YEAR, _sign("-"), SMALL, _sign("-"), SMALL],
            [SMALL, _sign("月"), SMALL, _sign("日号")],
            [YEAR, _sign("年"), SMALL, _sign("月"), SMALL, _sign("日号")],
        ],
        "date/day": _phrases(words.days),
        "date/short": [[_one_of(words.short_days_after), _one_of(words.short_days)]],
        "date/relative": _phrases(words.relative),
        "time/clock": _times(words),
        "time/after": [[_one_of(words.lists["before_time"]), *clock] for clock in CLOCKS],
        "money/sign_first": [[_sign("£￡"), *one] for one in SUMS],
        "money/sign_last": [[*one, _sign("£￡")] for one in SUMS],
        "money/named": [[*one, *name] for one in SUMS for name in _phrases(words.lists["pounds"])],
        "money/pence": [[SMALL, *pence] for pence in _phrases(words.lists["pence"])],
    }


def _phrases(words: Collection[str]) -> list[Pattern]:
    """Single words in one pattern, which is quicker; phrases one by one."""
    split = [[piece.text for piece in pieces(word)] for word in words]
    single = [one[0] for one in split if len(one) == 1]
    several: list[Pattern] = [[{"LOWER": text} for text in one] for one in split if len(one) > 1]
    return [[_one_of(single)], *several] if single else several


def _named_dates(words: Words) -> list[Pattern]:
    ordinal = {**_one_of(words.lists["ordinal"]), "OP": "?"}
    link = {**_one_of(words.lists["link"]), "OP": "*"}
    dot = _sign(".,", "?")
    found: list[Pattern] = []
    for month in _phrases(words.months):
        day_first = [SMALL, ordinal, dot, link, *month]
        month_first = [*month, dot, link, SMALL, ordinal]
        found += [day_first, [*day_first, dot, link, YEAR]]
        found += [month_first, [*month_first, dot, YEAR]]
    return found


def _times(words: Words) -> list[Pattern]:
    halves = _phrases(words.lists["am"] | words.lists["pm"])
    hours = _phrases(words.lists["after_time"])
    found: list[Pattern] = [[SMALL, _sign(":"), MINUTES], [SMALL, {"LOWER": "h"}, MINUTES]]
    found += [[*half, *CLOCKS[1]] for half in halves]
    for clock in CLOCKS:
        said = [clock, *([*clock, *hour] for hour in hours)]
        found += said[1:]
        found += [[*one, *half] for one in said for half in halves]
        found += [[*half, *one] for one in said[1:] for half in halves]
    return found
