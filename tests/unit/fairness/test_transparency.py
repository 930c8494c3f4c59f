"""The ATRS record is filled from live settings, and says what only the council can say."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner

from channels.cli import fairway
from fairness.report.as_json import as_json
from fairness.report.transparency import PROTECTED, atrs_record, equality_evidence
from fairness.tables import TableColumns, read_table
from tests.unit.fairness.kit import report_on

LIVE = dict.fromkeys(("council", "url", "phone", "services", "policy", "model"), "X-live")


def test_every_blank_is_filled_and_every_question_is_marked():
    fields = atrs_record(LIVE, None)
    assert not any(re.search(r"[{}]", f.text) for f in fields)
    assert {"senior_responsible_owner", "impact_assessments"} <= {f.name for f in fields if f.to_do}
    assert "X-live" in next(f.text for f in fields if f.name == "model_name_and_version")


def test_findings_come_from_the_report_and_the_nine_characteristics_are_all_there(cases):
    columns = TableColumns("Admit", ("Admitted",), ("Gender",), weight="Freq")
    report = as_json(report_on(read_table(cases / "ucb.csv", columns)))
    text = next(f.text for f in atrs_record(LIVE, report) if f.name == "model_performance")
    assert "evidence of disparity in 1" in text
    evidence = {e.characteristic: e for e in equality_evidence(report, {"Gender": "sex"})}
    assert tuple(evidence) == PROTECTED
    assert evidence["sex"].text == "Comparisons: evidence of disparity: 1."
    assert evidence["race"].text.startswith("Not estimable")


def test_the_command_names_the_live_policy_and_council(tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path / "home"))
    ran = CliRunner().invoke(fairway, ["transparency", "--out", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    record = json.loads((tmp_path / "atrs.json").read_text())
    fields = {f["name"]: f["text"] for f in record["fields"]}
    assert "Sandbox Council" in fields["organisation"]
    assert re.search(r"version 20\d\d-", fields["detailed_description"])
    assert "To complete:" in (tmp_path / "transparency.html").read_text()
