"""fairlearn on the expanded rows, fairlearn on counts and our own counts: one figure."""

import random

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn

from fairness import metrics, summary
from fairness.audit import audit
from fairness.records import Rules
from fairness.tables import TableColumns, read_table

PUBLIC = Rules(threshold=None)
RATES = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
}


@pytest.fixture
def people() -> pd.DataFrame:
    dice = random.Random(5)
    return pd.DataFrame(
        [
            {
                "sex": dice.choice("FM"), "place": dice.choice("abc"),
                "said": dice.choice(["yes", "yes", "no"]), "true": dice.choice(["yes", "no"]),
            }
            for _ in range(600)
        ]
    )  # fmt: skip


def columns(**more):
    return TableColumns(
        "said", ("yes",), ("sex", "place"), truth="true", truth_positive=("yes",), **more
    )


def test_every_group_measure_agrees_with_fairlearn_on_expanded_rows(people, write):
    report = audit(read_table(write(people.to_csv(index=False)), columns()), PUBLIC, {}, title="")
    said, true = (people["said"] == "yes").astype(int), (people["true"] == "yes").astype(int)
    frame = fairlearn.MetricFrame(
        metrics=RATES, y_true=true, y_pred=said, sensitive_features=people[["sex", "place"]]
    )
    checked = 0
    for cell in report.measures:
        if cell.by == ("sex", "place"):
            theirs = frame.by_group.loc[tuple(cell.group.values()), cell.measure.name]
            assert cell.value == pytest.approx(theirs, abs=1e-12)
            assert cell.value == pytest.approx(cell.k / cell.n, abs=1e-12)
            checked += 1
    assert checked == 4 * 6


def test_summary_is_fairlearns(people, write):
    report = audit(read_table(write(people.to_csv(index=False)), columns()), PUBLIC, {}, title="")
    said, true = (people["said"] == "yes").astype(int), (people["true"] == "yes").astype(int)
    figures = {f.name: f.value for f in report.summary if f.by == ("place",)}
    of = {"sensitive_features": people["place"]}
    for name in (
        "demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference",
    ):  # fmt: skip
        assert figures[name] == pytest.approx(getattr(fairlearn, name)(true, said, **of), abs=1e-12)


def test_our_own_counts_and_fairlearn_agree_to_1e_12_at_every_depth(people, write, monkeypatch):
    """What serves alone where there are too many groups for fairlearn."""
    path = write(people.to_csv(index=False))
    both = audit(read_table(path, columns()), PUBLIC, {}, title="")
    for module in (metrics, summary):
        monkeypatch.setattr(module, "MOST_FOR_FAIRLEARN", 0)
    alone = audit(read_table(path, columns()), PUBLIC, {}, title="")
    for a, b in zip(both.measures, alone.measures, strict=True):
        assert a.value == pytest.approx(b.value, abs=1e-12)
    for a, b in zip(both.summary, alone.summary, strict=True):
        assert a.name == b.name and a.value == pytest.approx(b.value, abs=1e-12)


def test_a_count_table_equals_its_expanded_rows(people, write):
    counted = people.value_counts().rename("n").reset_index()
    long = audit(read_table(write(people.to_csv(index=False)), columns()), PUBLIC, {}, title="")
    short = audit(
        read_table(write(counted.to_csv(index=False), "n.csv"), columns(weight="n")),
        PUBLIC, {}, title="",
    )  # fmt: skip
    for a, b in zip(long.measures, short.measures, strict=True):
        assert (a.group, a.n, a.k) == (b.group, b.n, b.k)
        assert a.value == pytest.approx(b.value, abs=1e-12)
    assert [c.p for c in long.comparisons] == pytest.approx([c.p for c in short.comparisons])


def test_a_condition_that_holds_for_nobody_is_not_a_rate_of_zero(write):
    rows = "said,true,g\n" + "yes,no,a\nno,no,a\n" * 10 + "yes,yes,b\nno,yes,b\nno,no,b\n" * 10
    table = TableColumns("said", ("yes",), ("g",), truth="true", truth_positive=("yes",))
    report = audit(read_table(write(rows), table), PUBLIC, {}, title="")
    cell = next(
        c for c in report.measures
        if c.measure.name == "true_positive_rate" and c.group == {"g": "a"}
    )  # fmt: skip
    assert (cell.status, cell.value, cell.n) == ("not_estimable", None, 0)
    odds = next(f for f in report.summary if f.name == "equalized_odds_difference")
    assert odds.value is None


def test_survey_weights_widen_the_interval_by_kish(write):
    rows = "o,g,w\n" + "y,a,0.5\nn,a,1.5\n" * 20 + "y,b,1\nn,b,1\n" * 20
    columns = TableColumns("o", ("y",), ("g",), weight="w")
    report = audit(read_table(write(rows), columns), PUBLIC, {}, title="")
    a, b = (c for c in report.measures if c.by == ("g",))
    assert (a.value, b.value) == (0.25, 0.5)
    weights = np.array([0.5, 1.5] * 20)
    assert a.n_effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert (a.n, b.n, b.n_effective) == (40, 40, 40)
