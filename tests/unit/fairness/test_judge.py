"""Verdicts: never without the test over all groups, never on too few, never "fair"."""

import random

import pytest

from fairness.audit import audit
from fairness.errors import ReferenceUnknown
from fairness.records import Rules
from fairness.tables import TableColumns, read_table

COLUMNS = TableColumns("o", ("y",), ("g",), weight="n")


def judge(write, cells, **rules):
    rows = "".join(f"y,{g},{k}\nn,{g},{n - k}\n" for g, (k, n) in cells.items())
    units = read_table(write("o,g,n\n" + rows), COLUMNS)
    return audit(units, Rules(threshold=None, **rules), {}, title="")


def verdicts(report):
    return {c.group["g"]: c.verdict for c in report.comparisons}


def test_a_clear_gap_is_evidence_and_says_who_fares_worse(write):
    report = judge(write, {"a": (80, 100), "b": (40, 100), "c": (78, 99)})
    assert verdicts(report) == {"b": "evidence_of_disparity", "c": "no_evidence_found"}
    b, c = report.comparisons
    assert b.direction == "worse" and c.detectable and c.detectable > 0.1


def test_too_few_cannot_be_told_though_the_figure_is_shown(write):
    report = judge(write, {"a": (80, 100), "b": (0, 9)})
    assert verdicts(report) == {"b": "not_estimable"}
    assert report.comparisons[0].p is not None and report.comparisons[0].ratio == 0.0


def test_who_is_not_recorded_is_shown_and_not_judged(write):
    report = judge(write, {"a": (80, 100), "b": (70, 90), "": (10, 200)})
    assert verdicts(report)["not recorded"] == "reported_not_judged"
    assert report.comparisons[0].reference == {"g": "a"}
    assert report.omnibus[0].groups == 2


def test_the_largest_group_is_the_reference_unless_another_is_asked_for(write):
    cells = {"a": (50, 100), "b": (50, 101), "c": (10, 20)}
    assert {c.reference["g"] for c in judge(write, cells).comparisons} == {"b"}
    asked = judge(write, cells, references={"g": "c"})
    assert {c.reference["g"] for c in asked.comparisons} == {"c"}


def test_a_reference_nobody_has_names_those_there_are(write):
    with pytest.raises(ReferenceUnknown, match="Use one of: a, b"):
        judge(write, {"a": (1, 20), "b": (1, 20)}, references={"g": "z"})


def test_one_group_leaves_nothing_to_compare(write):
    report = judge(write, {"a": (50, 100)})
    assert report.comparisons == ()
    assert report.omnibus[0].p is None and report.omnibus[0].reason


def test_under_no_disparity_few_reports_flag_anything(write):
    """Five groups that are alike, many times over: fairlearn's interval flags nearly all."""
    dice = random.Random(11)
    flagged = 0
    for _ in range(40):
        cells = {g: (sum(dice.random() < 0.3 for _ in range(120)), 120) for g in "abcde"}
        report = judge(write, cells)
        flagged += any(c.verdict == "evidence_of_disparity" for c in report.comparisons)
    assert flagged <= 5  # 40 × 5 %, and three more for chance


def test_no_verdict_and_no_sentence_calls_anything_fair():
    from fairness.report.words import VERDICTS

    assert not any("fair" in f"{k} {v}".lower() for k, v in VERDICTS.items())
