"""A new model is kept out where some people would be understood worse than by the live one."""

from __future__ import annotations

import json

import pytest

from fairness.model_gate import Answered, AnswersWrong, read_answers, why_not_model


def answers(right: dict[str, list[bool]]):
    """Language → whether each of its messages was understood."""
    return {
        ("service misunderstood", f"{language}{n}"): Answered(
            "service misunderstood", language, "plain", was_right
        )
        for language, each in right.items()
        for n, was_right in enumerate(each)
    }


def test_a_group_that_loses_is_named_though_all_together_gain():
    before = answers({"en": [True] * 100 + [False] * 40, "so": [True] * 40})
    after = answers({"en": [True] * 140, "so": [True] * 25 + [False] * 15})
    reasons = why_not_model(before, after)
    assert {reason.split(":")[0] for reason in reasons} == {
        "service misunderstood for language so",
        "service misunderstood for writing so, plain",
    }
    assert "15 of 40 messages that the live model has right, 0 the other way" in reasons[0]


def test_changes_both_ways_and_a_few_slips_are_let_in():
    before = answers({"en": [True] * 50 + [False] * 50, "so": [True] * 40})
    after = answers({"en": [False] * 20 + [True] * 80, "so": [True] * 38 + [False] * 2})
    assert why_not_model(before, after) == ()


def test_only_messages_that_both_have_answered_count():
    assert why_not_model({}, answers({"en": [False] * 50})) == ()


def test_answers_are_read_and_broken_ones_named(tmp_path):
    file = tmp_path / "one.answers.jsonl"
    assert read_answers(file) == {}
    line = {"id": "a", "what": "danger missed", "lang": "cy", "variety": "sms", "right": True}
    file.write_text(json.dumps(line) + "\n")
    expected = Answered("danger missed", "cy", "sms", True)
    assert read_answers(file) == {("danger missed", "a"): expected}
    file.write_text('{"id": 1}\n')
    with pytest.raises(AnswersWrong, match=r"one\.answers\.jsonl"):
        read_answers(file)
