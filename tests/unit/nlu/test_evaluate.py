"""The files of messages that are evaluated."""

from __future__ import annotations

import json

import pytest

from bot.errors import BadFile
from nlu.evaluate import read_lines

LINE = {"text": "two\u2028lines\u0085more", "lang": "en", "intent": "human"}


def test_a_message_may_hold_any_end_of_line(tmp_path):
    held = tmp_path / "set.jsonl"
    held.write_text(f"{json.dumps(LINE, ensure_ascii=False)}\n" * 2, "utf-8")
    assert [line["text"] for line in read_lines([held])] == [LINE["text"]] * 2
    held.write_text("", "utf-8")
    assert read_lines([held]) == []


def test_a_broken_line_is_named(tmp_path):
    held = tmp_path / "set.jsonl"
    held.write_text(f"{json.dumps(LINE)}\n{{broken\n", "utf-8")
    with pytest.raises(BadFile, match=":2:"):
        read_lines([held])
