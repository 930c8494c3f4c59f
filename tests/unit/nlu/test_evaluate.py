"""The files of messages that are evaluated."""

from __future__ import annotations

import json

import pytest

from bot.errors import BadFile
from nlu.evaluate import LANGUAGE, read_lines, shares_of

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


@pytest.mark.parametrize(
    ("text", "lang", "long"),
    [
        ("see a person", "en", True),
        ("blue badge", "en", False),
        ("我家门口的路灯坏了", "zh", True),
        ("我要 council tax 账单", "zh", True),
        ("路灯坏了", "zh", False),
    ],
)
def test_language_is_counted_from_three_words_on_and_chinese_has_words_too(text, lang, long):
    parsed = {
        "text": text,
        "language": lang,
        "intent": "human",
        "kind": "human",
        "wanted": {"lang": lang, "intent": "human", "variety": "plain"},
        "fallback": False,
        "confidence": 1.0,
    }
    found = [one for one in shares_of([parsed]) if one.what == LANGUAGE]
    assert [one.k for one in found] == ([1] if long else [])
