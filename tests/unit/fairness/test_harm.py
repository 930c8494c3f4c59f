"""Expected harm by published weights, and what people did with the same conversations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairness.decisions_file import read_decisions
from fairness.harm_weights import HARMS, HarmWeights, WeightsWrong, read_weights
from fairness.records import WEIGHT, Measure, Rules, Source, Units, key_column
from fairness.report.as_json import as_json
from fairness.report.extras import extras_of
from fairness.scores import compared, judged, scores
from tests.unit.fairness.kit import report_on


def decisions(write, harmed: dict[str, int], n: int = 200):
    """``harmed``: group → how many of ``n`` were denied the person they asked for."""
    rows = ["conversation_id,who,asked_channel,route_channel,misunderstood"]
    for who, k in harmed.items():
        for i in range(n):
            sent = "digital" if i < k else "assisted"
            rows.append(f"{who}{i},{who},assisted,{sent},{i % 10 == 0}")
    return read_decisions(write("\n".join(rows) + "\n"), ("who",), None)


WEIGHTS = HarmWeights("t1", {"denied_choice_rate": 4.0, "misunderstanding_rate": 1.0})


def by_group(found):
    return {s.group["who"]: s for s in found}


def test_it_is_the_weighted_sum_in_a_hundred_conversations(write):
    found = by_group(report_on(decisions(write, {"a": 20, "b": 80}), harm=WEIGHTS).harm)
    assert found["a"].value == pytest.approx(100 * (4 * 0.1 + 0.1))
    assert found["b"].value == pytest.approx(100 * (4 * 0.4 + 0.1))
    assert found["b"].verdict == "evidence_of_disparity"
    assert found["b"].difference == pytest.approx(120)
    assert found["b"].difference_low < 120 < found["b"].difference_high


def test_who_was_not_exposed_to_a_harm_was_not_harmed_by_it(write):
    rows = ["conversation_id,who,asked_channel,route_channel"]
    rows += [f"a{i},a,{'assisted' if i < 10 else ''},digital" for i in range(100)]
    rows += [f"b{i},b,assisted,{'digital' if i < 10 else 'assisted'}" for i in range(100)]
    units = read_decisions(write("\n".join(rows) + "\n"), ("who",), None)
    found = by_group(report_on(units, harm=HarmWeights("t", {"denied_choice_rate": 1.0})).harm)
    assert found["a"].value == found["b"].value == pytest.approx(10)


def test_what_cannot_be_told_is_said_and_not_counted(write):
    weights = HarmWeights("t", {**WEIGHTS.weights, "false_digital_rate": 5.0})
    report = report_on(decisions(write, {"a": 20, "b": 20}), harm=weights)
    extra = next(e for e in extras_of(report, report.provenance) if e.id == "harm")
    assert "Not counted, because it cannot be told here: false digital." in extra.intro
    held = as_json(report)["provenance"]["harm_weights"]
    assert held["not_counted"] == ["false_digital_rate"] and held["version"] == "t"


def test_small_groups_are_hidden_and_no_exact_figure_is_published(write):
    units = decisions(write, {"a": 21, "b": 83})
    few = decisions(write, {"a": 20, "b": 3}, n=6)
    assert report_on(few, harm=WEIGHTS, threshold=10).harm == ()
    found = by_group(report_on(units, harm=WEIGHTS, threshold=10).harm)
    assert found["a"].value == round(found["a"].value, 1) and found["a"].variance == 0


def test_nothing_differs_and_nothing_is_found(write):
    found = by_group(report_on(decisions(write, {"a": 50, "b": 51}), harm=WEIGHTS).harm)
    assert found["b"].verdict == "no_evidence_found"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: '1'\nweights: {kindness_rate: 2}", "is no harm"),
        ("version: '1'\nweights: {denied_choice_rate: 0}", "over 0"),
        ("version: '1'\nweights: {}", "no harm has a weight"),
        ("weights: {denied_choice_rate: 1}", "version"),
        ("just text", "for its form"),
    ],
)
def test_wrong_weights_say_what_may_stand_there(write, text, says):
    with pytest.raises(WeightsWrong, match=says):
        read_weights(write(text, "weights.yml"))


def test_the_councils_own_weights_are_read_and_only_name_harms():
    held = read_weights()
    assert held.version and set(held.weights) <= set(HARMS)


def frame_of(rows: pd.DataFrame) -> Units:
    measure = Measure("x", "X", "…")
    return Units(rows, ("g",), (), (measure,), Source("decisions", "t", 1, "0" * 64))


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 5)), min_size=2))
@settings(max_examples=60)
def test_counting_rows_together_changes_nothing(rows):
    hit, other, times = zip(*rows, strict=True)
    together = pd.DataFrame({key_column("g"): ["a"] * len(rows), WEIGHT: np.array(times, float)})
    apart = together.loc[together.index.repeat(times)].assign(**{WEIGHT: 1.0})
    columns = [np.array(hit, float), np.array(other, float)]
    one = scores(frame_of(together), ("g",), columns, (2.0, 1.0))
    same = scores(frame_of(apart), ("g",), [np.repeat(c, times) for c in columns], (2.0, 1.0))
    assert one[0].value == pytest.approx(same[0].value)
    assert one[0].variance == pytest.approx(same[0].variance)


def test_intervals_cover_and_under_no_disparity_few_reports_flag():
    """Two harms that come together in one person, in groups of 60 and 200."""
    dice = np.random.default_rng(2)
    held = flagged = 0
    runs, rules = 400, Rules()
    for _ in range(runs):
        sizes = {"a": 200, "b": 60, "c": 60}
        both = [(g, h, h and dice.random() < 0.5) for g, n in sizes.items()
                for h in dice.random(n) < 0.2]  # fmt: skip
        rows = pd.DataFrame({key_column("g"): [g for g, *_ in both], WEIGHT: 1.0})
        columns = [np.array([float(r[i]) for r in both]) for i in (1, 2)]
        found = scores(frame_of(rows), ("g",), columns, (3.0, 1.0))
        held += found[1].low <= 3 * 0.2 + 0.1 <= found[1].high
        verdicts = judged([compared(found, {"g": "a"}, rules)], rules)
        flagged += any(s.verdict == "evidence_of_disparity" for s in verdicts)
    assert held / runs >= 0.92
    assert flagged / runs <= 0.05 + 1.96 * (0.05 * 0.95 / runs) ** 0.5


def test_a_gap_that_people_show_too_is_not_the_assistants_own(write):
    rows = ["conversation_id,who,route_channel,agent_channel"]
    for i in range(200):
        rows.append(f"a{i},a,digital,digital")
        way = "digital" if i % 2 else "assisted"
        rows.append(f"b{i},b,{way},{way}")
        rows.append(f"c{i},c,assisted,{way}")
    units = read_decisions(write("\n".join(rows) + "\n"), ("who",), None)
    report = report_on(units, references={"who": "a"})
    found = by_group(report.baseline)
    assert found["b"].parts == (0.5, 0.5) and found["b"].verdict == "no_evidence_found"
    assert found["c"].parts == (0.0, 0.5) and found["c"].verdict == "evidence_of_disparity"
    assert found["c"].difference == pytest.approx(-0.5)
    overruled = next(
        c for c in report.measures
        if c.measure.name == "overruled_rate" and c.group == {"who": "c"}
    )  # fmt: skip
    assert overruled.value == 0.5


def test_without_agents_there_is_no_baseline(write):
    assert report_on(decisions(write, {"a": 5, "b": 5}), harm=WEIGHTS).baseline == ()
