"""Email, phone, UPRN, postcode, vehicle registration and case reference, by their shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)[ ]{0,2}([0-9][ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ALONE, _ENDS = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
"""Edges for Latin letters and digits: Chinese puts no space before them."""
_PHONE = re.compile(r"(?<![A-Za-z0-9+])(?:\+44[ -]?(?:\(0\)[ -]?)?|0)(?:[ -]?[0-9]){9,10}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,20}")
_UPRN = re.compile(r"(?<![A-Za-z0-9])uprn[^0-9]{0,25}([0-9]{6,12})(?![0-9])", re.IGNORECASE)
_LATIN_CUES = "|".join(  # en, cy, pl, ro, pt, so, ur-Latn
    (
        *("ref", "reference", "(?<!in )case", "cyfeirnod", "chyfeirnod", "sprawy", "sprawa"),
        *("zgłoszenia", "cazului", "dosarului", "referință", "referinta", "referência"),
        *("referencia", "processo", "tixraaca", "tixraac", "hawala"),
    )
)
_OTHER_CUES = "справи|звернення|حوالہ|রেফারেন্স|ਹਵਾਲਾ|المرجع|المرجعي|编号|案号"
_YEAR = r"(?:19|20)[0-9]{2}(?![0-9])"
_NAMED_REFERENCE = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_LATIN_CUES})(?![A-Za-z])|{_OTHER_CUES})[^0-9\n£]{{0,14}}?"
    rf"(?!{_YEAR})(?P<found>(?:[A-Z]{{1,5}}[-/]?)?[0-9]{{4,12}}){_ENDS}",
    re.IGNORECASE,
)
_REFERENCE = re.compile(rf"{_ALONE}(?P<found>[A-Z]{{2,5}}-?[0-9]{{4,10}}){_ENDS}")
_HYPHENED = re.compile(rf"{_ALONE}(?P<found>[A-Z]{{2,5}}-[0-9]{{4,10}}){_ENDS}", re.IGNORECASE)
# https://www.gov.uk/government/publications/vehicle-registration-numbers-and-number-plates
_PLATE = re.compile(rf"{_ALONE}([A-Z]{{2}}[0-9]{{2}})[ ]?([A-Z]{{3}}){_ENDS}", re.IGNORECASE)
_OLDER_PLATE = re.compile(rf"{_ALONE}([A-Z][0-9]{{1,3}})[ ]?([A-Z]{{3}}){_ENDS}")
_IRISH_PLATE = re.compile(rf"{_ALONE}([A-Z]?(?:[A-Z]Z|I[A-Z]))[ ]([0-9]{{1,4}}){_ENDS}")
_ORDINARY = frozenset(
    ("and", "are", "but", "can", "for", "has", "its", "not", "now", "out", "the", "was", "who")
)
"""Three letters after a number that are hardly the end of a plate."""


def find_by_shape(text: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Entity, place and value, the surest kind first; they may overlap."""
    for name, pattern, group, value in _SHAPES:
        for match in pattern.finditer(text):
            if name != "vehicle_registration" or match[2].lower() not in _ORDINARY:
                yield name, match.span(group), value(match)


def _spaced(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2]}".upper()


def _phone(match: re.Match[str]) -> str:
    """E.164."""
    digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
    return f"+44{digits[2:]}" if match[0].startswith("+") else f"+44{digits[1:]}"


def _reference(match: re.Match[str]) -> str:
    return match["found"].upper()


_Value = Callable[[re.Match[str]], str]
_SHAPES: tuple[tuple[str, re.Pattern[str], int | str, _Value], ...] = (
    ("email", _EMAIL, 0, lambda match: match[0].lower()),
    ("uprn", _UPRN, 1, lambda match: match[1]),
    ("phone", _PHONE, 0, _phone),
    ("case_reference", _NAMED_REFERENCE, "found", _reference),
    ("postcode", _POSTCODE, 0, _spaced),
    ("vehicle_registration", _PLATE, 0, _spaced),
    ("vehicle_registration", _OLDER_PLATE, 0, _spaced),
    ("case_reference", _REFERENCE, "found", _reference),
    ("case_reference", _HYPHENED, "found", _reference),
    ("vehicle_registration", _IRISH_PLATE, 0, _spaced),
)
