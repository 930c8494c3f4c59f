"""Verdicts: never without the test over all groups, never on too few, never "fair"."""

import random

import pytest

from fairness.audit import audit
from fairness.decisions_file import read_decisions
from fairness.errors import ReferenceUnknown
from fairness.records import Rules
from fairness.tables import TableColumns, read_table
from fairness.tests_of_difference import smallest_detectable
from tests.unit.fairness.kit import report_on

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


def of_turns(write, **groups):
    """A report on how many turns conversations took: values and how many of each."""
    rows = ["conversation_id,who,turns"]
    for who, counts in groups.items():
        rows += [f"{who}{v}-{i},{who},{v}" for v, n in counts.items() for i in range(n)]
    report = report_on(read_decisions(write("\n".join(rows) + "\n"), ("who",), None))
    return next(c for c in report.comparisons if c.measure.name == "turns_median")


def test_equal_medians_are_no_evidence_though_more_lie_above_them(write):
    found = of_turns(write, a={1: 10, 2: 190, 3: 10}, b={1: 1, 2: 120, 3: 79})
    assert (found.difference, found.verdict) == (0.0, "no_evidence_found")
    assert found.p_adjusted < 0.001 and "alike" in found.reason
    apart = of_turns(write, a={1: 10, 2: 190, 3: 10}, b={1: 1, 2: 70, 3: 129})
    assert (apart.difference, apart.verdict) == (1.0, "evidence_of_disparity")


def test_what_can_be_detected_counts_every_test_of_the_report(write):
    alone = judge(write, {"a": (90, 300), "b": (87, 290)}).comparisons[0].detectable
    names = [f"g{i}" for i in range(12)]
    rows = [",".join(["o", *names, "n"])]
    for who, of, n in (("a", "y", 90), ("a", "n", 210), ("b", "y", 87), ("b", "n", 203)):
        rows.append(",".join([of, *(who * 12), str(n)]))
    columns = TableColumns("o", ("y",), tuple(names), weight="n")
    units = read_table(write("\n".join(rows) + "\n"), columns)
    report = audit(units, Rules(threshold=None, depth=1), {}, title="")
    (found, *_) = report.comparisons
    assert len([o for o in report.omnibus if o.p is not None]) == 12
    assert found.detectable == pytest.approx(
        smallest_detectable(290, 300, 0.3, 0.05 / 12, 0.8), rel=0.01
    )
    assert found.detectable > alone > 0.1


def test_a_group_that_is_detected_must_be_found_among_all_groups(write):
    """With many groups alike, the test over all of them needs more than the pair does."""
    three = judge(write, {"a": (90, 300), **{g: (87, 290) for g in "bc"}}).comparisons[0]
    many = judge(write, {"a": (90, 300), **{g: (87, 290) for g in "bcdefghijklm"}}).comparisons[0]
    assert many.detectable > three.detectable
