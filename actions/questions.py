"""A question of a form and how its answer is read: pure, the same for every service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import phonenumbers

from actions.lengths import option_of, read_length
from actions.map_point import find_point
from actions.past_days import is_past, nearest_day
from bot.folding import fold
from bot.phrases import normalise

LONGEST_TEXT, LONGEST_STRING, LONGEST_PLACE = 1000, 120, 300
YES, NO = "yes", "no"
NONE_OF_THESE = ":none"
"""The value of a list's last option, where it has that."""
_WHERE = {"where", "spot"}
"""Questions that "yes please" cannot answer, though it has letters enough for a place."""
PLAIN = frozenset({YES, NO, "today", "yesterday"})
"""Plain words that may be an answer, as ``actions.controls`` reads them in every language."""


@dataclass(frozen=True)
class Question:
    """Something to ask.

    ``key`` is the catalogue key that asks it, ``text`` the council system's own words where it
    comes from there. ``options`` are (value, name) pairs. ``datatype``: string, text, number,
    datetime, singlevaluelist, multivaluelist, phone, postcode, place or yes_no. ``lang``: of
    ``text`` and of the options' names where that is not the citizen's.
    """

    code: str
    datatype: str
    key: str = ""
    text: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    lang: str = ""

    def as_json(self) -> dict[str, Any]:
        """A JSON object; ``question_from_json`` reads it back."""
        options = [list(option) for option in self.options]
        return {**vars(self), "options": options, "values": dict(self.values)}


@dataclass(frozen=True)
class Read:
    """An answer that can be used: ``value`` is JSON-safe, ``shown`` is for people."""

    value: Any
    shown: str


@dataclass(frozen=True)
class Unread:
    """An answer that cannot be used: the catalogue key that says why and how."""

    why: str


def question_from_json(data: Mapping[str, Any]) -> Question:
    """Read ``Question.as_json``'s object. Raises KeyError, TypeError or ValueError on others."""
    options = tuple((str(value), str(name)) for value, name in data["options"])
    return Question(**{**data, "options": options, "values": dict(data["values"])})


def read_said(question: Question, text: str, said: str | None, today: date) -> Read | Unread:
    """What ``text`` answers to ``question`` where it is known to say ``said``: one of PLAIN, in
    whatever language, or anything else that is no answer. Never raises."""
    plain = said if said in PLAIN else text
    if question.datatype == "yes_no":
        return read_answer(question, plain, today)
    if said in {YES, NO} and question.code in _WHERE:
        return Unread("invalid_place")
    none = dict(question.options).get(NONE_OF_THESE)
    if said == NO and none:
        return Read(NONE_OF_THESE, none)
    read = read_answer(question, text, today)
    if isinstance(read, Read) or plain == text:
        return read
    return read_answer(question, plain, today)


def read_answer(question: Question, text: str, today: date) -> Read | Unread:
    """What ``text`` answers to ``question``. Never raises, whatever the text."""
    text = " ".join(text.split()) if question.datatype != "text" else text.strip()
    if not text or text.startswith("/"):
        return Unread("invalid_empty")
    return _READERS.get(question.datatype, _read_string)(question, text, today)


def _read_string(question: Question, text: str, today: date) -> Read | Unread:
    return Read(text, text) if len(text) <= LONGEST_STRING else Unread("invalid_too_long")


def _read_text(question: Question, text: str, today: date) -> Read | Unread:
    return Read(text, text) if len(text) <= LONGEST_TEXT else Unread("invalid_too_long")


def _read_number(question: Question, text: str, today: date) -> Read | Unread:
    number = find_number(text)
    return Read(number, number) if number else Unread("invalid_number")


def _read_datetime(question: Question, text: str, today: date) -> Read | Unread:
    day = read_date(text, today, question.code)
    if day is None:
        return Unread("invalid_date")
    return Read(f"{day.isoformat()}T12:00:00Z", f"{day:%d/%m/%Y}")


def _read_one(question: Question, text: str, today: date) -> Read | Unread:
    length = read_length(text)
    if length:  # "30 cm" is in the words of "Less than 30 cm", and is no less
        option = _named(question.options, text)
        option = option or option_of(question.options, question.text, length)
    else:
        option = find_option(question.options, text)
    if option:
        return Read(*option)
    return Unread("invalid_length" if length else "invalid_option")


def _read_many(question: Question, text: str, today: date) -> Read | Unread:
    for parts in ([text], _COMMAS.split(text), _COMMAS_AND_WORDS.split(text)):
        found = [find_option(question.options, part) for part in parts if part.strip()]
        options = [option for option in found if option]
        if options and len(options) == len(found):
            unique = list(dict.fromkeys(options))
            shown = ", ".join(name for _, name in unique)
            return Read([value for value, _ in unique], shown)
    return Unread("invalid_options")


def _read_phone(question: Question, text: str, today: date) -> Read | Unread:
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return Unread("invalid_phone")
    if not _can_be_called(number):
        return Unread("invalid_phone")
    form = phonenumbers.PhoneNumberFormat
    style = form.NATIONAL if number.country_code == 44 else form.INTERNATIONAL
    return Read(
        phonenumbers.format_number(number, form.E164), phonenumbers.format_number(number, style)
    )


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    """A number in use, or one shaped like a British one: the library's list of ranges in use
    is older than some numbers, and a wrong "no" shuts somebody out."""
    british = number.country_code == 44 and re.fullmatch(
        r"[12378]\d{9}", str(number.national_number)
    )
    return bool(british) or phonenumbers.is_valid_number(number)


def _read_postcode(question: Question, text: str, today: date) -> Read | Unread:
    postcode = find_postcode(text)
    return Read(postcode, postcode) if postcode else Unread("invalid_postcode")


def _read_place(question: Question, text: str, today: date) -> Read | Unread:
    """A postcode, a point on the map, or a place in words that somebody could walk to."""
    if find_postcode(text) or find_point(text) or len(re.findall(r"[^\W\d_]", text)) >= 4:
        return Read(text, text) if len(text) <= LONGEST_PLACE else Unread("invalid_too_long")
    return Unread("invalid_place")


def _read_yes_no(question: Question, text: str, today: date) -> Read | Unread:
    said = read_yes_no(text)
    return Read(said, said) if said else Unread("invalid_yes_no")


_READERS: Mapping[str, Callable[[Question, str, date], Read | Unread]] = {
    "string": _read_string,
    "text": _read_text,
    "number": _read_number,
    "datetime": _read_datetime,
    "singlevaluelist": _read_one,
    "multivaluelist": _read_many,
    "phone": _read_phone,
    "postcode": _read_postcode,
    "place": _read_place,
    "yes_no": _read_yes_no,
}

_COMMAS = re.compile(r"[,;/+&\u060c\u061b\u3001\uff0c]")
"""Between the parts of a list: the commas of other scripts too."""
_COMMAS_AND_WORDS = re.compile(rf"{_COMMAS.pattern}|\band\b|\bac?\b")
_SEPARATORS = str.maketrans({"\u066b": ".", "\u066c": ",", "\u060c": ","})
"""What parts thousands and hundredths in Arabic and Urdu."""
_IN_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_SPACED = re.compile(r"(?<!\d)(?<!\d[.,])\d{1,3}(?: \d{3})+(?!\d)")
"""Thousands parted by spaces: "1 200"."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
"""Thousands parted by commas as in Britain, or as in India: "1,20,000"."""
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_MAYBE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""A thousand and two hundred in Poland, one and a fifth in Britain: only they know."""
_TIMES = re.compile(
    r"\d ?(?:k\b|thousands?\b|grand\b|million|mil\b|tys\b|tysi|mii\b|mie\b|mln\b|тис|млн|"
    r"kun\b|hazaa?r|lakh|هزار|لاک|হাজার|লাখ|লক্ষ|ਹਜ਼ਾਰ|ਲੱਖ|الف|ا?لاف|千|万|萬)"
)
"""A number that counts thousands: its figures alone would be a thousandth of what is meant."""
_AREA = r"(?:(?!NO)[A-Z]{2}|[BEGLMNSW](?![0-9][A-Z0-9]?\s*(?:1ST|2ND|3RD|[04-9]TH)\s+\w))"
"""A postcode's first letters. "No4" is a house, "A49" a road, and so is "M6 1st junction"; a
single letter is an area only where no ordinal and its word follow."""
_POSTCODE = re.compile(
    rf"\b({_AREA}[0-9][A-Z0-9]?)\s*([0-9][ABD-HJLNP-UW-Z]{{2}})\b", re.IGNORECASE
)
_YES = re.compile(
    r"(y|yes|yeah|yep|yup|aye|ok|okay|sure|correct|right|thats right|please|yes please|go on|"
    r"send|send it|ie|ydw|ydy|ydi|oes|do|iawn|cywir|gwnaf|hoffwn|ie plis|anfon|anfonwch)"
)
_NO = re.compile(
    r"(n|no|nope|nah|no thanks|no thank you|not now|na|nage|nac ydw|naddo|nac oes|dim)"
)
_NUMBERED = re.compile(r"(?:number|option|no|rhif|opsiwn)?\s*(\d{1,2})")
_MONTHS = (
    ("jan", "ion"),
    ("feb", "chwe"),
    ("mar", "maw"),
    ("apr", "ebr"),
    ("may", "mai"),
    ("jun", "meh"),
    ("jul", "gor"),
    ("aug", "aws"),
    ("sep", "med"),
    ("oct", "hyd"),
    ("nov", "tach"),
    ("dec", "rhag"),
)
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|af|ail|ydd|fed)? (?:of )?([a-z]{3,})(?: (\d{4}))?"
)


def find_number(text: str) -> str | None:
    """The one number in ``text``, as ``1200`` or ``12.50``; None for none, for several, and for
    one that could be meant in two ways."""
    plain = " ".join(fold(text).translate(_SEPARATORS).split())
    if not re.search(r"[^\W\d]", plain):  # "2 240 litre bins" are two numbers
        plain = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), plain)
    found = _IN_FIGURES.findall(plain)
    return _plain_number(found[0]) if len(found) == 1 and not _TIMES.search(plain) else None


def _plain_number(figures: str) -> str | None:
    if _GROUPED.fullmatch(figures):
        return figures.replace(",", "")
    if _CONTINENTAL.fullmatch(figures):
        return figures.replace(".", "").replace(",", ".")
    if _MAYBE_THOUSANDS.fullmatch(figures) or len(re.findall(r"[.,]", figures)) > 1:
        return None
    return figures.replace(",", ".")


def find_postcode(text: str) -> str | None:
    """The first thing shaped like a UK postcode, tidied: ``sy12as`` → ``SY1 2AS``."""
    found = _POSTCODE.search(text)
    return f"{found[1]} {found[2]}".upper() if found else None


def read_yes_no(text: str) -> str | None:
    """``yes``, ``no``, or None when it is neither."""
    plain = normalise(text)
    if _YES.fullmatch(plain):
        return YES
    return NO if _NO.fullmatch(plain) else None


def _named(options: tuple[tuple[str, str], ...], text: str) -> tuple[str, str] | None:
    """The option whose value or whole name ``text`` is."""
    plain = normalise(text)
    return next((o for o in options if plain in map(normalise, o)), None)


def find_option(options: tuple[tuple[str, str], ...], text: str) -> tuple[str, str] | None:
    """The option ``text`` names: its value, its name, its number, or words only it has."""
    plain = normalise(text)
    if not plain:
        return None
    named = _named(options, text)
    if named:
        return named
    number = _NUMBERED.fullmatch(plain)
    if number:
        place = int(number[1])
        return options[place - 1] if 1 <= place <= len(options) else None
    near = [option for option in options if f" {plain} " in f" {normalise(option[1])} "]
    return near[0] if len(near) == 1 else None


def read_date(text: str, today: date, code: str = "") -> date | None:
    """A day written in figures, with a month's name, or as today or yesterday. ``code`` is the
    question's: without its year it is the nearest such day, or the last where it must be past."""
    plain = normalise(text)
    if re.search(r"\b(today|heddiw|this morning|bore ma)\b", plain):
        return today
    if re.search(r"\b(yesterday|ddoe|last night|neithiwr)\b", plain):
        return today - timedelta(days=1)
    past = is_past(code, text)
    return _in_figures(text, today, past) or _with_month(plain, today, past)


def _in_figures(text: str, today: date, past: bool) -> date | None:
    iso = re.search(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    british = re.search(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?\b", text)
    if not british:
        return None
    return _in_year(british[3], int(british[2]), int(british[1]), today, past)


def _with_month(plain: str, today: date, past: bool) -> date | None:
    found = _DAY_MONTH.search(plain)
    if not found:
        return None
    for month, names in enumerate(_MONTHS, start=1):
        if found[2].startswith(names):
            return _in_year(found[3], month, int(found[1]), today, past)
    return None


def _in_year(year: str | None, month: int, day: int, today: date, past: bool) -> date | None:
    if not year:
        return nearest_day(month, day, today, past)
    return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
