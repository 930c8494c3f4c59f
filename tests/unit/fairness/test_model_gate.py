"""A new model is kept out where some people would be understood worse than by the live one."""

from __future__ import annotations

import json
import random

import pytest

from fairness.model_gate import Answered, AnswersWrong, not_compared, read_answers, why_not_model
from fairness.tests_of_difference import holm, tarone


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


def many(harm, lost_in_one: int, languages: int = 60):
    """``languages`` of 40 messages; the first loses some, and in each other one slip goes right."""
    before, after = {}, {}
    for language in range(languages):
        for n in range(40):
            key = harm, f"{language}-{n}"
            slip = n == 0 and language > 0
            lost = language == 0 and n < lost_in_one
            before[key] = Answered(harm, f"l{language}", "plain", not slip)
            after[key] = Answered(harm, f"l{language}", "plain", not lost)
    return before, after


def test_tests_that_cannot_find_anything_do_not_blind_the_gate():
    """Eight of forty lost in one language, beside a hundred tests that no p could have passed."""
    before, after = many("service misunderstood", 8)
    (first, second) = why_not_model(before, after)
    assert "for language l0: 8 of 40" in first and "writing l0, plain" in second
    assert holm([2**-7, *[1.0] * 119])[0] > 0.05


def test_missed_danger_is_a_family_of_its_own():
    """Seven dangers missed in one language are seen, whatever else has changed and could be."""
    before, after = many("danger missed", 7, languages=2)
    assert why_not_model(before, after)
    noise_before, noise_after = {}, {}
    for language in range(60):
        for n in range(40):
            key = "wish misunderstood", f"{language}-{n}"
            one = "wish misunderstood", f"n{language}", "plain"
            noise_before[key] = Answered(*one, n % 4 < 2)
            noise_after[key] = Answered(*one, n % 4 in (0, 2))
    found = why_not_model({**before, **noise_before}, {**after, **noise_after})
    assert found == why_not_model(before, after)


def test_tarone_leaves_out_what_cannot_reach_its_level():
    assert tarone([], [], 0.05) == ()
    assert tarone([0.02, 0.5], [0.01, 0.5], 0.05) == (0.02, 1.0)
    # His example in small: three could reach .05 / 2, two of them .05 / 3, so k is 3 at most.
    assert tarone([0.01, 0.04, 0.02], [0.001, 0.001, 0.02], 0.05) == pytest.approx(
        (0.02, 0.04, 1.0)
    )
    assert tarone([0.01, 0.02], [0.0, 0.0], 0.05) == holm([0.01, 0.02])


def test_under_no_change_for_the_worse_few_gates_shut():
    """Either way as likely, in sixty languages: the family-wise error stays where it was."""
    dice, shut = random.Random(3), 0
    for _ in range(60):
        before, after = {}, {}
        for language in range(30):
            for n in range(20):
                was, now = dice.choice([(True, True), (True, False), (False, True)])
                key = "service misunderstood", f"{language}-{n}"
                before[key] = Answered(key[0], f"l{language}", "plain", was)
                after[key] = Answered(key[0], f"l{language}", "plain", now)
        shut += bool(why_not_model(before, after))
    assert shut <= 6  # half of 60 × 5 % is for the worse; the rest is room for chance


def test_nothing_compared_is_said_and_why():
    some, others = answers({"en": [True]}), answers({"so": [True]})
    assert "live model's answers" in not_compared({}, some)
    assert "new model's answers" in not_compared(some, {})
    assert "answered by both" in not_compared(some, others)
    assert not_compared(some, some) == ""
