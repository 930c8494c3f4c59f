"""Parquet, big files, repeated rows, several classes, clusters, options from a file."""

from __future__ import annotations

import json
import random

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from statsmodels.stats.proportion import proportion_confint

from fairness import csv_file, decisions_file
from fairness.__main__ import audit_command
from fairness.errors import TableWrong
from fairness.report.as_json import as_json
from fairness.tables import TableColumns, read_table
from tests.unit.fairness.kit import report_on

TABLE = TableColumns("ok", ("yes",), ("who",))


def to_parquet(csv, path):
    rows = f"SELECT * FROM read_csv('{csv}', all_varchar=true)"
    duckdb.sql(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return path


def findings(report) -> dict:
    document = as_json(report)
    return {k: v for k, v in document.items() if k in ("measures", "comparisons", "omnibus")}


@pytest.fixture
def some(write):
    dice = random.Random(4)
    rows = [f"{dice.choice('ab')},{dice.choice(['yes', 'no', ''])},{i}" for i in range(400)]
    return write("who,ok,nr\n" + "\n".join(rows) + "\n")


def test_parquet_gives_what_the_same_csv_gives(some, tmp_path):
    parquet = to_parquet(some, tmp_path / "t.parquet")
    assert findings(report_on(read_table(parquet, TABLE))) == findings(
        report_on(read_table(some, TABLE))
    )


def test_a_big_file_counted_where_it_lies_gives_what_a_small_one_gives(some, monkeypatch):
    small = findings(report_on(read_table(some, TABLE)))
    monkeypatch.setattr(csv_file, "SMALL", 10)
    units = read_table(some, TABLE)
    assert len(units.frame) == 6  # counted together, not read row by row
    assert findings(report_on(units)) == small


def decisions(write):
    dice = random.Random(5)
    rows = [
        "conversation_id,turn,who,fallback,route_channel,needed_channel,outcome,asked_at,claimed_at"
    ]
    for c in range(150):
        who, need = dice.choice("ab"), dice.choice(["digital", "assisted"])
        for t in range(dice.randint(1, 4)):
            asked = "2026-01-05T09:00Z" if c % 3 == 0 and t == 0 else ""
            claimed = f"2026-01-05T09:{c % 50:02}Z" if asked and c % 2 else ""
            end = dice.choice(["resolved", "abandoned", ""]) if t == 0 else ""
            sent = dice.choice(["digital", "assisted", ""])
            lost = dice.random() < 0.2
            rows.append(f"c{c},{t},{who},{lost},{sent},{need},{end},{asked},{claimed}")
    return write("\n".join(rows) + "\n")


def test_big_decisions_give_what_small_ones_give(write, monkeypatch):
    path = decisions(write)
    small = findings(report_on(decisions_file.read_decisions(path, ("who",), None)))
    monkeypatch.setattr(decisions_file, "SMALL", 10)
    big = findings(report_on(decisions_file.read_decisions(path, ("who",), None)))
    assert big == small
    named = {m["measure"] for m in big["measures"] if m["status"] == "estimated"}
    assert {"false_digital_rate", "handoff_wait_median_seconds", "turns_median"} <= named


@pytest.mark.parametrize(
    ("column", "value"), [("route_channel", "carrier pigeon"), ("fallback", "maybe")]
)
def test_a_big_file_names_the_row_of_a_mistake(write, monkeypatch, column, value):
    text = decisions(write).read_text().splitlines()
    at = text[0].split(",").index(column)
    cells = text[57].split(",")
    text[57] = ",".join([*cells[:at], value, *cells[at + 1 :]])
    path = write("\n".join(text) + "\n")
    monkeypatch.setattr(decisions_file, "SMALL", 10)
    with pytest.raises(TableWrong) as wrong:
        decisions_file.read_decisions(path, ("who",), None)
    assert (wrong.value.row, wrong.value.column) == (58, column)


def test_a_ragged_row_of_a_big_file_is_named(some, monkeypatch):
    lines = some.read_text().splitlines()
    lines[99] += ",one,more"
    some.write_text("\n".join(lines))
    monkeypatch.setattr(csv_file, "SMALL", 10)
    with pytest.raises(TableWrong) as wrong:
        read_table(some, TABLE)
    assert wrong.value.row == 100


def test_repeated_rows_are_counted_and_kept_and_repeated_ids_are_counted_and_left_out(write):
    path = write("id,who,ok\n1,a,yes\n1,a,yes\n2,b,no\n")
    kept = read_table(path, TABLE)
    assert kept.frame["weight"].sum() == 3
    assert "Rows that repeat an earlier one in every column, kept: 1." in kept.notes
    once = read_table(path, TableColumns("ok", ("yes",), ("who",), id="id"))
    assert once.frame["weight"].sum() == 2
    assert "Rows that repeat a value of id, left out: 1." in once.notes


def test_trap_4_three_classes_are_taken_one_against_the_rest(write):
    rows = ["who,said,need"]
    for who, hits in (("a", 30), ("b", 15)):
        rows += [f"{who},x,x"] * hits + [f"{who},y,x"] * (40 - hits)
        rows += [f"{who},y,y"] * 30 + [f"{who},z,z"] * 30
    path = write("\n".join(rows) + "\n")
    units = read_table(path, TableColumns("said", (), ("who",), truth="need"))
    document = as_json(report_on(units))
    found = {
        m["group"].get("who"): m["value"]
        for m in document["measures"]
        if (m["measure"], m["of"]) == ("true_positive_rate", "x")
    }
    assert found == {None: 45 / 80, "a": 0.75, "b": 0.375}
    odds = {f["of"]: f["value"] for f in document["summary"] if f["name"].startswith("equalized")}
    assert odds == {"x": 0.375, "y": pytest.approx(25 / 70 - 10 / 70), "z": 0.0}


def test_trap_3_a_cluster_counts_once_however_many_rows_it_has(write):
    rows = ["who,ok,person"]
    for p in range(60):
        rows += [f"{'ab'[p % 2]},{'yes' if p % 4 < 2 else 'no'},p{p}"] * 20
    path = write("\n".join(rows) + "\n")
    alone = report_on(read_table(path, TABLE)).measures
    together = report_on(read_table(path, TableColumns("ok", ("yes",), ("who",), cluster="person")))
    for cell, naive in zip(together.measures, alone, strict=True):
        clusters = 60 if not cell.group else 30
        # Rows of a person are copies, so each person is worth one row (less the one estimated).
        assert cell.n_effective == pytest.approx(clusters - 1)
        low, high = proportion_confint(clusters / 2, clusters, method="wilson")
        assert (cell.low, cell.high) == pytest.approx((low, high), abs=0.01)
        assert cell.high - cell.low > 4 * (naive.high - naive.low)
        width = cell.resampled[1] - cell.resampled[0]
        assert width == pytest.approx(3.92 * np.sqrt(0.25 / clusters), rel=0.25)


def test_options_come_from_a_file_and_the_command_line_wins(write, tmp_path, some):
    config = write(
        f"table: {some.name}\noutcome: ok\npositive: ['yes']\ngroups: who\ntitle: From the file\n"
        f"out: {tmp_path / 'out'}\nminimum: 20\n", "audit.yml",
    )  # fmt: skip
    ran = CliRunner().invoke(audit_command, ["--config", str(config), "--title", "Mine", "--quiet"])
    assert ran.exit_code == 0, ran.output
    document = json.loads((tmp_path / "out/report.json").read_text())
    assert document["title"] == "Mine"
    assert document["provenance"]["settings"]["minimum_to_judge"] == 20


def test_an_unknown_key_in_the_file_is_named_with_what_was_meant(write):
    config = write("outcom: ok\n", "audit.yml")
    ran = CliRunner().invoke(audit_command, ["--config", str(config)])
    assert ran.exit_code == 2 and "outcom" in ran.output and "outcome" in ran.output


def test_the_gate_shuts_on_evidence_of_disparity_only(write, tmp_path):
    apart = write("who,ok\n" + "a,yes\nb,no\n" * 40, "apart.csv")
    alike = write("who,ok\n" + "a,yes\na,no\nb,yes\nb,no\n" * 20, "alike.csv")
    options = ["--outcome", "ok", "--positive", "yes", "--groups", "who", "--quiet", "--gate"]
    for path, status in ((apart, 3), (alike, 0)):
        out = ["--table", str(path), "--out", str(tmp_path / "out")]
        assert CliRunner().invoke(audit_command, [*options, *out]).exit_code == status
