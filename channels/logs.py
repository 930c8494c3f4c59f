"""Logs of Fairway: what happened and where, as text or as a JSON object a line.

What looks like a number, an address of email or a postcode is taken out of every line, and an
exception is logged as its kind and the lines of code it passed: its text may quote a citizen.
That is the second net; the first is that no line of ours logs words.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

TEXT, JSON = "text", "json"
CHATTY = ("httpx", "alembic.runtime.plugins", "pika", "rasa_sdk.executor")
"""These log addresses with queries, or every step they take."""
_MARKS = (
    ("[email]", re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[A-Za-z]{2,}")),
    ("[password]", re.compile(r"(?<=://)[^\s/@]+(?=@)")),
    ("[postcode]", re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s+\d[A-Za-z]{2}\b")),
    ("[NI number]", re.compile(r"\b[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]\b")),
    ("[number]", re.compile(r"(?<![\w:.-])\+?\d(?:[ -]?\d){8,}(?![\w:])")),
)
_EXC = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def redacted(text: str) -> str:
    """``text`` without what could say who somebody is, as far as patterns can."""
    for mark, pattern in _MARKS:
        text = pattern.sub(mark, text)
    return text


class TextLines(logging.Formatter):
    """A line a record, for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(self, ei: _EXC) -> str:
        return passed_through(ei)


class JsonLines(logging.Formatter):
    """A JSON object a line, for machines: ``at`` (UTC), ``level``, ``logger``, ``message`` and,
    for an exception, ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = redacted(passed_through(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def passed_through(ei: _EXC) -> str:
    """The kind of an exception and the places it passed, without its text."""
    kind, _, trace = ei
    name = kind.__name__ if kind else "no exception"
    return "".join(traceback.format_tb(trace, limit=-12)) + name


def set_up_logs(form: str) -> None:
    """For the whole process. ``form`` is TEXT or JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == JSON else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
