"""Rasa hands a trace on, and nothing that only looks like one."""

from __future__ import annotations

import contextvars

import pytest

from bot.rasa import trace

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def noted(header: str | None) -> dict[str, str] | None:
    def turn() -> dict[str, str] | None:
        trace.note(header)
        return trace.headers()

    return contextvars.copy_context().run(turn)


def test_a_trace_is_handed_on():
    assert noted(GOOD) == {"traceparent": GOOD}


@pytest.mark.parametrize("header", [None, "", "x", GOOD + "\r\nX: y", GOOD.upper()])
def test_what_is_none_is_dropped(header):
    assert noted(header) is None
