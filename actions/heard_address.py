"""An address or a day that a message names, whatever it answers: read from what was understood,
and from the shape of a short answer."""

from __future__ import annotations

import re
from datetime import date, timedelta

from actions.past_days import is_past, nearest_day
from actions.turn import Turn

LONGEST = 60
"""Letters of a message that is an address and nothing else."""
_BEFORE = re.compile(
    r"^\W*(?:it'?s|i live at|my (?:old |new )?address is|address is|from|at|to)\b[\s:,]*", re.I
)
_HOME = re.compile(
    r"(?:flat \d{1,4}[a-z]?,? )?\d{1,4}[a-z]?,? [^\W\d_]{2,}(?:['’ -][^\W\d_]+){0,3}"
    r"(?:, ?[^\W\d_][^\d]*)?",
    re.IGNORECASE,
)
"""A house number and up to four words, perhaps a town: "1 Castle Gates, Shrewsbury"."""
_NO_STREET = re.compile(
    r"\b(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times?|am|pm|o'?clock|people|"
    r"persons?|adults?|children|kids|bags?|bins?|items?|rooms?|bedrooms?|pounds?|quid|ago|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|"
    r"diwrnod|wythnos|mis|blwyddyn|awr|bag|plentyn|plant)\b",
    re.IGNORECASE,
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def named_address(turn: Turn) -> str:
    """The one street address that the message names, or nothing."""
    found = () if turn.is_button else turn.entities_of("address")
    return found[0].strip(" ,.") if len(found) == 1 else ""


def whole_address(turn: Turn) -> str:
    """The message as an address, where it is one and nothing more; else nothing.

    "1 Castle Gates" has no word for a street: a number and a name that count or date nothing.
    """
    said = _BEFORE.sub("", " ".join(turn.text.split())).strip(" .")
    if turn.is_button or len(said) > LONGEST or turn.entities_of("date", "time", "money"):
        return ""
    named = named_address(turn)
    if named and len(said) - len(named) <= len(said) // 2:
        return said
    shaped = _HOME.fullmatch(said) and not _NO_STREET.search(said)
    return said if shaped else ""


def named_day(turn: Turn, today: date, code: str = "") -> str:
    """The one day that the message names in any language, as ``2026-12-03``; else nothing.

    A weekday is the next one, a day without its year the nearest; of what must be past, by the
    message or by the question ``code``, it is the last one.
    """
    found = () if turn.is_button else turn.entities_of("date")
    past = is_past(code, turn.text)
    day = _day(found[0], today, past) if len(found) == 1 else None
    return day.isoformat() if day else ""


def _day(value: str, today: date, past: bool) -> date | None:
    """``value`` as nlu/components/entity_words.py writes days."""
    if value in _NEAR_DAYS:
        return today + timedelta(days=_NEAR_DAYS[value])
    if value in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(value) - today.weekday() - 1) % 7 + 1
        back = (today.weekday() - _WEEKDAYS.index(value) - 1) % 7 + 1
        return today + timedelta(days=-back if past else ahead)
    if value.startswith("--"):
        month, _, day = value[2:].partition("-")
        return _nearest(month, day, today, past)
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _nearest(month: str, day: str, today: date, past: bool) -> date | None:
    named = month.isdecimal() and day.isdecimal()
    return nearest_day(int(month), int(day), today, past) if named else None
