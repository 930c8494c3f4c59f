"""Write an Open311 answer as XML: the same values, in GeoReport v2's element names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEMS = {"attributes": "attribute", "values": "value", "groups": "group"}


def write_list(root: str, item: str, values: list[dict[str, object]]) -> bytes:
    """``<root><item>…</item>…</root>``, UTF-8."""
    top = Element(root)
    for value in values:
        _fill(SubElement(top, item), value)
    return bytes(tostring(top, encoding="utf-8", xml_declaration=True))


def write_one(root: str, value: dict[str, object]) -> bytes:
    """``<root>…</root>``, UTF-8."""
    top = Element(root)
    _fill(top, value)
    return bytes(tostring(top, encoding="utf-8", xml_declaration=True))


def _fill(element: Element, value: object) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(SubElement(element, _ITEMS.get(element.tag, "item")), inner)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _NOT_XML.sub("", text)
