"""S10: what a log line never holds, whatever was logged."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from channels.logs import JsonLines, TextLines, redacted

CANARIES = [
    "zebedee.q@canary.example",
    "07700 900461",
    "+447700900461",
    "01743 123 456",
    "SY1 2AS",
    "QQ 12 34 56 C",
    "4111 1111 1111 1111",
]


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("a.logger", logging.ERROR, "f.py", 1, message, (), info)


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()], ids=["text", "json"])
@pytest.mark.parametrize("canary", CANARIES)
def test_s10_numbers_addresses_and_postcodes_are_taken_out(lines, canary):
    assert canary not in lines.format(record(f"the citizen said {canary} and left"))


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()], ids=["text", "json"])
def test_s10_an_exception_is_logged_without_its_words(lines):
    said = "canary"
    try:
        raise ValueError(said)
    except ValueError:
        line = lines.format(record("it failed", sys.exc_info()[1]))
    assert "canary" not in line
    assert "ValueError" in line and "test_logs.py" in line


def test_a_json_line_is_one_object():
    line = JsonLines().format(record("two\nlines"))
    assert "\n" not in line
    assert set(json.loads(line)) == {"at", "level", "logger", "message"}


def test_a_password_in_an_address_is_taken_out():
    assert redacted("amqp://me:secret@host:5672/x") == "amqp://[password]@host:5672/x"


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-29 07:21:46,858 INFO a.b turn failed 3 times: TimeoutError",
        "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
        "Finished server process [12345]",
    ],
)
def test_what_operators_need_stays(line):
    assert redacted(line) == line
