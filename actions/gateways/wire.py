"""Read what a council system sent: JSON or XML, booleans as words, lists in boxes.

Everything here takes any bytes or any decoded value and either returns something plain or
raises GatewayNonsense; nothing else ever comes out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from actions.gateways.errors import GatewayNonsense

LONGEST_TEXT = 4_000
DEEPEST_XML = 12
# XML cannot tell a list of one from an object, so the lists GeoReport v2 has are named.
_XML_LISTS = frozenset(
    [
        "services",
        "attributes",
        "values",
        "keywords",
        "groups",
        "service_requests",
        "errors",
        "service_request_updates",
        "service_requests_updates",
        "request_updates",
    ]
)


def decode(body: bytes, content_type: str = "") -> object:
    """The value in ``body``: XML where it says or looks so, else JSON."""
    if "xml" in content_type.lower() or body.lstrip()[:5] == b"<?xml":
        return _decode_xml(body)
    try:
        return json.loads(body, parse_constant=_no_such_number)
    except (ValueError, RecursionError) as error:
        raise GatewayNonsense("The answer was not JSON") from error


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _decode_xml(body: bytes) -> object:
    try:
        return _from_element(fromstring(body), DEEPEST_XML)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise GatewayNonsense("The answer was not XML") from error


def _from_element(element: Element, depth: int) -> object:
    if depth == 0:
        raise GatewayNonsense("The answer was nested too deep")
    children = [(child.tag, _from_element(child, depth - 1)) for child in element]
    if element.tag in _XML_LISTS and (children or not (element.text or "").strip()):
        return [value for _, value in children]
    if children:
        return dict(children)
    return (element.text or "").strip()


def as_text(value: object, otherwise: str = "") -> str:
    """A tidy line of text. Numbers become text (an id may be 0); anything else is dropped."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return otherwise
    if isinstance(value, int) and value.bit_length() > 128:
        return otherwise
    return sendable(str(value)).replace("\x00", "").strip()[:LONGEST_TEXT] or otherwise


def as_bool(value: object, otherwise: bool = False) -> bool:
    """True and false, also as "true", "1", "yes" and their opposites, in any case."""
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in {"true", "1", "yes", "y"}:
        return True
    return False if word in {"false", "0", "no", "n"} else otherwise


def as_float(value: object) -> float | None:
    """A finite number, also from text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def sendable(text: str) -> str:
    """Text that UTF-8 can carry: half a character, as broken keyboards send, becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_order(value: object) -> int:
    """A place in a list; what cannot be read comes last."""
    number = as_float(value)
    return int(number) if number is not None and abs(number) < 1e6 else 1_000_000


def as_time(value: object) -> datetime | None:
    """A W3C date and time in UTC (its zone where none is given); None for anything else.

    Times before 1900 or after 2200 are None: they are mistakes, and at the ends of the
    calendar they cannot be moved to another zone.
    """
    try:
        moment = datetime.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        return None
    if not 1900 <= moment.year <= 2200:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def as_object(value: object, what: str) -> Mapping[str, object]:
    """A JSON object, also when it comes alone in a list or in a box called ``what``."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and list(value) == [what]:
        value = value[what]
    if not isinstance(value, dict):
        raise GatewayNonsense(f"There was no {what} in the answer")
    return value


def as_objects(value: object, what: str) -> tuple[Mapping[str, object], ...]:
    """A list of JSON objects, also when one key, or two, are wrapped around it.

    ``null`` and ``""`` are empty lists (that is how an empty XML list is often turned into
    JSON); one bare object is a list of one.
    """
    for _ in range(2):
        if isinstance(value, dict) and len(value) == 1 and _boxed(value):
            value = next(iter(value.values()))
    if value is None or value == "":
        return ()
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GatewayNonsense(f"There was no list of {what} in the answer")
    return tuple(value)


def _boxed(value: dict[str, object]) -> bool:
    inner = next(iter(value.values()))
    return isinstance(inner, list | dict) or inner is None or inner == ""


def as_texts(value: object, separator: str = ",") -> tuple[str, ...]:
    """Words from a list, or from one text with separators, or from a boxed list."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    parts = value if isinstance(value, list) else as_text(value).split(separator)
    return tuple(text for text in (as_text(part) for part in parts) if text)
