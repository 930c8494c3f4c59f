"""Take out of a citizen's words what could say who they are, as far as patterns can.

A name without a sign before it, or an address without a number, gets through: whoever reads
redacted words must still keep them to themselves, and every page that shows them says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

_POSTCODE = r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}\b"
_RULES = (
    ("[email]", r"[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}"),
    ("[web address]", r"\b(?:https?://|www\.)\S+"),
    ("[NI number]", r"\b[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]\b"),
    ("[address]", r"\b\d{1,4}[A-Za-z]?,?\s+(?:[A-Z][\w'’-]+\s+){1,3}"
                  r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Dr|Way|Court|Place|Terrace"
                  r"|Crescent|Gardens|Grove|Heol|Stryd|Ffordd)\b\.?"),
    ("[postcode]", _POSTCODE),
    ("[date]", r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"),
    ("[number]", r"(?<!\w)(?:\d[ -]?){7,}\d?(?!\w)"),
)  # fmt: skip
_NAMED = re.compile(
    r"(?i:\b(?:my (?:full )?name is|my name'?s|i am called|i'm called|fy enw i yw|"
    r"nazywam si[eę]|mam na imi[eę]|m[aă] numesc|meu nome [eé]|mi nombre es)\s+)"
    r"((?:[^\W\d_][\w'’-]*\s?){1,3})"
)
_TITLE = re.compile(
    r"\b[Tt]his is [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*"
    r"|\b(Mr|Mrs|Ms|Miss|Mx|Dr|Rev|Cllr)\.?\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?"
)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """``text`` with marks in place of what it gives away. ``known``: values told elsewhere in the
    conversation (a name in a form, a phone number), which go too."""
    for value in sorted({k.strip() for k in known if len(k.strip()) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?i)(?<!\w){re.escape(value)}(?!\w)", "[told]", text)
    text = _without_phones(text)
    for mark, pattern in _RULES:
        text = re.sub(pattern, mark, text)
    text = _TITLE.sub("[name]", text)
    return _NAMED.sub(lambda m: m[0].replace(m[1], "[name] ").rstrip() + _after(m[1]), text)


def _after(name: str) -> str:
    return " " if name.endswith(" ") else ""


def _without_phones(text: str) -> str:
    found = [(m.start, m.end) for m in phonenumbers.PhoneNumberMatcher(text, "GB")]
    for start, end in reversed(found):
        text = f"{text[:start]}[phone]{text[end:]}"
    return text
