"""The learned estimate: off unless asked for, blind to groups, judged on what it did not see."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from fairness.__main__ import audit_command
from fairness.decisions_file import read_decisions
from fairness.estimate import INPUTS, VARIANTS, estimate, input_column, widest_gap
from fairness.records import Rules
from fairness.report.as_json import as_json
from fairness.report.extras import extras_of
from tests.unit.fairness.kit import report_on


def decisions(write, n: int = 400, seed: int = 2):
    """Need follows the service; group b uses the hard service more, and its need is noisier."""
    dice = np.random.default_rng(seed)
    rows = ["conversation_id,who,service,route_channel,needed_channel,misunderstood"]
    for i in range(n):
        who = "ab"[i % 2]
        hard = dice.random() < (0.3 if who == "a" else 0.6)
        person = dice.random() < ((0.9 if who == "a" else 0.6) if hard else 0.1)
        need = "assisted" if person else "digital"
        service = "housing" if hard else "bins"
        rows.append(f"c{i},{who},{service},digital,{need},{dice.random() < 0.1}")
    return write("\n".join(rows) + "\n")


def _writer(folder):
    def write(text: str):
        (folder / "table.csv").write_text(text)
        return folder / "table.csv"

    return write


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """One report with the estimate on, for all who only read it."""
    path = decisions(_writer(tmp_path_factory.mktemp("estimate")))
    return report_on(read_decisions(path, ("who",), None, INPUTS))


def test_it_is_off_unless_asked_for(write):
    path = decisions(write)
    units = read_decisions(path, ("who",), None)
    assert not [c for c in units.frame if c.startswith("input:")]
    report = report_on(units)
    assert report.estimate is None and as_json(report)["estimate"] == []


def test_every_variant_is_judged_per_harm_and_group(judged):
    found = judged.estimate
    assert {(r.variant, r.group, r.harm) for r in found.rates} == {
        (v, g, h) for v in VARIANTS for g in "ab" for h in ("false_digital", "needless_escalation")
    }
    plain = widest_gap(found, "plain", "who", "false_digital")
    for variant in ("reduction", "thresholds"):
        assert widest_gap(found, variant, "who", "false_digital") < plain
    extra = next(e for e in extras_of(judged, judged.provenance) if e.id == "estimate")
    assert len(extra.rows) == 6 and "legal advice" in extra.intro


def test_the_group_compared_and_protected_characteristics_are_no_inputs(write):
    units = read_decisions(decisions(write), ("service",), None, INPUTS)
    assert input_column("who") not in units.frame
    assert set(INPUTS).isdisjoint(
        {"age_band", "sex", "ethnic_group", "religion", "disability", "language", "imd_decile"}
    )
    # By service, the service is what is compared: without it nothing can be learned of need.
    found = report_on(units).estimate
    plain = {r.group: r for r in found.rates if (r.variant, r.harm) == ("plain", "false_digital")}
    assert plain["housing"].value == plain["bins"].value


def test_too_few_coded_conversations_say_so(write):
    report = report_on(read_decisions(decisions(write, n=40), ("who",), None, INPUTS))
    assert report.estimate.rates == () and "at least 100" in report.estimate.reason
    extra = next(e for e in extras_of(report, report.provenance) if e.id == "estimate")
    assert "Cannot be told" in extra.intro


def test_small_groups_are_hidden_and_counts_rounded(write):
    path = decisions(write)
    text = path.read_text().replace("c0,a,", "c0,rare,").replace("c2,a,", "c2,rare,")
    path.write_text(text)
    found = report_on(read_decisions(path, ("who",), None, INPUTS), threshold=10).estimate
    assert all(r.n % 5 == 0 for r in found.rates)
    assert all(r.value is None for r in found.rates if r.group == "rare")


def test_the_command_writes_it_into_every_file(write, tmp_path):
    ran = CliRunner().invoke(audit_command, [
        "--decisions", str(decisions(write)), "--groups", "who", "--estimate", "--quiet",
        "--out", str(tmp_path / "out"),
    ])  # fmt: skip
    assert ran.exit_code == 0, ran.output
    document = json.loads((tmp_path / "out/report.json").read_text())
    assert document["estimate"] and "--estimate" in document["provenance"]["command"]
    assert "A learned estimate, were it on" in (tmp_path / "out/report.html").read_text()
    assert "plain" in (tmp_path / "out/tables/estimate.csv").read_text()


def test_the_same_data_gives_the_same_estimate(judged, tmp_path):
    again = decisions(_writer(tmp_path))
    assert report_on(read_decisions(again, ("who",), None, INPUTS)).estimate == judged.estimate


def test_no_hidden_group_can_be_worked_out_from_the_others(write):
    """Of c few need a person: shown were those of a and b, and how many need one in all."""
    rows = decisions(write).read_text()
    for i in range(300):
        need = "assisted" if i < 5 else "digital"
        rows += f"d{i},c,{'housing' if i % 2 else 'bins'},digital,{need},False\n"
    found = report_on(read_decisions(write(rows), ("who",), None, INPUTS), threshold=10).estimate
    plain = [r for r in found.rates if r.variant == "plain"]
    for harm in ("false_digital", "needless_escalation"):
        hidden = {r.group for r in plain if r.harm == harm and r.value is None}
        assert "c" in hidden and len(hidden) == 2
    assert all(r.n == 0 and r.k is None for r in plain if r.value is None)


def test_a_group_hidden_in_a_measure_of_need_is_hidden_here_too(write):
    units = read_decisions(decisions(write), ("who",), None, INPUTS)
    (cell,) = (
        c for c in report_on(units).measures
        if c.measure.name == "false_digital_rate" and c.group == {"who": "a"}
    )  # fmt: skip
    hidden = replace(cell, status="suppressed")
    found = estimate(units, Rules(threshold=10), [hidden])
    assert all(r.value is None for r in found.rates if r.group == "a")
