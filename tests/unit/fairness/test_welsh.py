"""The Welsh page: every measure has a name, and it says what the English one found."""

from __future__ import annotations

import yaml

from fairness.conversations import MEASURES
from fairness.report.as_json import as_json
from fairness.report.as_welsh import WORDS, as_welsh
from fairness.report.words import VERDICTS
from fairness.tables import TableColumns, class_measures, read_table
from tests.unit.fairness.kit import report_on

SAID = yaml.safe_load(WORDS.read_text("utf-8"))


def test_every_measure_and_verdict_has_a_welsh_name():
    columns = TableColumns("o", ("y",), ("g",), truth="t", truth_positive=("y",))
    table = class_measures(columns, None)
    assert {m.name for m in (*MEASURES, *table)} <= set(SAID["measures"])
    assert set(SAID["verdicts"]) == set(VERDICTS)


def test_it_says_the_same_figures_and_that_it_awaits_review(cases):
    columns = TableColumns("Admit", ("Admitted",), ("Gender",), weight="Freq")
    report = report_on(read_table(cases / "ucb.csv", columns))
    page = as_welsh(report, as_json(report))
    assert '<html lang="cy">' in page and SAID["review"].replace("'", "&#39;") in page
    assert "30.4%" in page and "44.5%" in page and "-14.2" in page
