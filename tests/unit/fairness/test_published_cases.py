"""The audit agrees with published cases, through the command itself."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairness.__main__ import audit_command


def run(tmp_path: Path, *arguments: object) -> tuple[dict, str]:
    out = tmp_path / "report"
    result = CliRunner().invoke(audit_command, [*map(str, arguments), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return json.loads((out / "report.json").read_text()), result.output


def one(rows: list[dict], **wanted: object) -> dict:
    found = [r for r in rows if all(r[k] == v for k, v in wanted.items())]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def ucb(tmp_path: Path, cases: Path) -> tuple[dict, str]:
    return run(
        tmp_path, "--table", cases / "ucb.csv", "--outcome", "Admit", "--positive", "Admitted",
        "--weight", "Freq", "--groups", "Gender", "--within", "Dept",
    )  # fmt: skip


@pytest.fixture
def ricci(tmp_path: Path, cases: Path) -> tuple[dict, str]:
    return run(
        tmp_path, "--table", cases / "ricci.csv", "--outcome", "result", "--positive",
        "promotable", "--weight", "n", "--groups", "race", "--within", "exam",
    )  # fmt: skip


def test_ucb_pooled_rates_and_ratio(ucb):
    report, printed = ucb
    male = one(report["measures"], group={"Gender": "Male"}, within={})
    female = one(report["measures"], group={"Gender": "Female"}, within={})
    assert (round(male["value"], 4), round(female["value"], 4)) == (0.4452, 0.3035)
    assert (male["k"], male["n"], female["k"], female["n"]) == (1198, 2691, 557, 1835)
    gap = one(report["comparisons"], group={"Gender": "Female"}, within={})
    assert gap["reference"] == {"Gender": "Male"}
    assert round(gap["ratio"], 4) == 0.6818
    assert gap["verdict"] == "evidence of disparity" and gap["direction"] == "worse"
    for figure in ("0.4452", "0.3035", "0.6818"):
        assert figure in printed


def test_ucb_turns_round_inside_departments(ucb):
    report, printed = ucb
    within = {"Dept": "A"}
    female = one(report["measures"], group={"Gender": "Female"}, within=within)
    male = one(report["measures"], group={"Gender": "Male"}, within=within)
    assert (round(female["value"], 4), round(male["value"], 4)) == (0.8241, 0.6206)
    simpson = one(report["simpson"], group={"Gender": "Female"})
    assert simpson["finding"] == "reversed"
    assert (simpson["strata_above"], simpson["strata_below"]) == (4, 2)
    assert "0.8241" in printed and "0.6206" in printed and "turns round" in printed


@pytest.mark.parametrize(
    ("exam", "race", "k", "n", "ratio", "p"),
    [
        ("captain", "Black", 3, 8, 0.5859, 0.238),
        ("captain", "Hispanic", 3, 8, 0.5859, 0.238),
        ("lieutenant", "Black", 6, 19, 0.5432, 0.097),
        ("lieutenant", "Hispanic", 3, 15, 0.3440, 0.016),
    ],
)
def test_ricci(ricci, exam, race, k, n, ratio, p):
    report, printed = ricci
    cell = one(report["measures"], group={"race": race}, within={"exam": exam})
    assert (cell["k"], cell["n"], cell["status"]) == (k, n, "estimated")
    found = one(report["comparisons"], group={"race": race}, within={"exam": exam})
    assert found["reference"] == {"race": "White"}
    assert (round(found["ratio"], 4), round(found["p"], 3)) == (ratio, p)
    assert f"{ratio:.4f}" in printed and f"{p:.3f}" in printed


def test_ricci_captain_is_too_small_to_judge_and_never_called_alike(ricci):
    report, _ = ricci
    for race in ("Black", "Hispanic"):
        found = one(report["comparisons"], group={"race": race}, within={"exam": "captain"})
        assert found["verdict"] == "not estimable" and "at least 10" in found["reason"]


def test_adult_smoothed_differential_fairness_to_every_digit(tmp_path, cases):
    report, _ = run(
        tmp_path, "--table", cases / "adult_counts.csv", "--outcome", "income", "--positive",
        ">50K", "--weight", "n", "--groups", "sex,race",
    )  # fmt: skip
    figure = one(report["summary"], name="smoothed_differential_fairness", by=["sex", "race"])
    assert figure["value"] == pytest.approx(1.7547611985549287, abs=1e-12)


def test_impact_ratio_is_over_the_highest_rate(ricci):
    report, _ = ricci
    figure = one(
        report["summary"], name="impact_ratio", group={"race": "Black"}, within={"exam": "captain"}
    )
    assert figure["value"] == pytest.approx(0.375 / 0.64)
