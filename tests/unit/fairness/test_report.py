"""The report's files: true to their schema, safe to open, plain about what they are."""

import base64
import csv
import hashlib
import json
import re

import jsonschema
import pytest
from click.testing import CliRunner

from fairness.__main__ import audit_command
from fairness.report.as_csv import guarded
from fairness.report.as_json import SCHEMA
from fairness.report.style import content_security_policy


def run(*arguments):
    return CliRunner().invoke(audit_command, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def made(make_council, tmp_path_factory):
    council, out = make_council(), tmp_path_factory.mktemp("report")
    council.fill(90)
    result = run(
        "--db", council.url, "--groups", "language,medium", "--within", "service",
        "--out", out, "--synthetic",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return out, council


def test_report_json_keeps_to_its_published_schema(made):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads((made[0] / "report.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(report)
    assert {m["measure"] for m in report["measures"]} >= {"fallback_rate", "turns_median"}


def test_the_hash_is_of_the_findings(made):
    report = json.loads((made[0] / "report.json").read_text())
    named = ("measures", "comparisons", "omnibus", "summary", "simpson", "harm", "baseline")
    lists = {k: report[k] for k in named}
    canonical = json.dumps(lists, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    assert report["provenance"]["findings_sha256"] == digest


def test_the_same_data_gives_the_same_findings(made, tmp_path):
    council = made[1]
    again = tmp_path / "again"
    run("--db", council.url, "--groups", "language,medium", "--within", "service", "--out", again)
    digests = {
        json.loads((folder / "report.json").read_text())["provenance"]["findings_sha256"]
        for folder in (made[0], again)
    }
    assert len(digests) == 1


def test_small_groups_are_hidden_everywhere(made):
    report = json.loads((made[0] / "report.json").read_text())
    hidden = [m for m in report["measures"] if m["status"] == "suppressed"]
    assert hidden
    assert all(m[f] is None for m in hidden for f in ("n", "k", "value", "low", "high"))
    assert all(m["n"] is None or m["n"] == 0 or m["n"] >= 10 for m in report["measures"])
    places = {(m["measure"], str(m["group"]), str(m["within"])) for m in hidden}
    for c in report["comparisons"]:
        for side in ("group", "reference"):
            if (c["measure"], str(c[side]), str(c["within"])) in places:
                figures = ("difference", "ratio", "low", "high", "p", "p_adjusted", "detectable")
                assert all(c[f] is None for f in figures)


def test_synthetic_is_said_all_over(made):
    page = (made[0] / "report.html").read_text()
    captions = re.findall(r"<caption>(.*?)</caption>", page)
    assert captions and all("synthetic data" in caption for caption in captions)
    assert page.count("Synthetic data") >= 2


def test_the_page_is_one_file_without_script(made):
    page = (made[0] / "report.html").read_text()
    assert "<script" not in page and " style=" not in page and " onload" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in content_security_policy()


def test_nothing_is_called_fair(made):
    page = re.sub(r"fairway|fairlearn|fairness", "", (made[0] / "report.html").read_text().lower())
    assert not re.search(r"\bfair\b|\bunbiased\b", page)


def test_names_from_the_data_are_escaped_and_guarded(write, tmp_path):
    evil = "<script>alert(1)</script>"
    rows = "outcome,=cmd\n" + f"yes,{evil}\nno,{evil}\n" * 20 + "yes,@sum\nno,@sum\nno,@sum\n" * 20
    out = tmp_path / "out"
    result = run(
        "--table", write(rows), "--outcome", "outcome", "--positive", "yes", "--groups", "=cmd",
        "--out", out, "--title", "<b>t</b>",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    page = (out / "report.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>t" not in page
    for path in (out / "tables").glob("*.csv"):
        for row in csv.reader(path.read_text().splitlines()):
            for cell in row:
                number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_guard_leaves_numbers_numbers():
    assert guarded(-0.14) == -0.14 and guarded("-0.14") == "'-0.14"
    assert guarded("=1+1") == "'=1+1" and guarded("Female") == "Female"


def test_help_tells_what_each_option_is_for():
    result = run("--help")
    assert result.exit_code == 0
    for option in ("--db", "--decisions", "--table", "--groups", "--within", "--disclosure"):
        assert option in result.output
    assert "Examples:" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--groups", "g"], "Give one of --db, --decisions and --table"),
        (["--groups", "g", "--table", "t.csv"], "--table needs --outcome"),
        (["--groups", "g", "--db", "x", "--outcome", "o"], "--outcome goes with --table"),
        (["--groups", "g,g", "--db", "x"], "twice"),
        (["--groups", "g", "--table", "t.csv", "--outcome", "o", "--positive", "y",
          "--truth", "t"], "go together"),
        (["--groups", "g", "--db", "x", "--within", "g"], "same column"),
        (["--groups", "g", "--db", "x", "--reference", "g"], "COL=VALUE"),
        (["--groups", "g", "--decisions", "d.csv", "--since", "2026-01-01"], "goes with --db"),
    ],
)  # fmt: skip
def test_wrong_options_say_what_to_do(tmp_path, arguments, says):
    result = run(*arguments, "--out", tmp_path / "o")
    assert result.exit_code == 2 and says in result.output


def test_data_that_cannot_be_audited_ends_in_1_and_one_sentence(tmp_path, council):
    result = run("--db", council.url, "--groups", "language", "--out", tmp_path / "o")
    assert result.exit_code == 1 and "nothing to audit yet" in result.output
    assert "Traceback" not in result.output and not (tmp_path / "o").exists()


def test_the_command_to_make_it_again_is_kept_without_password(made):
    report = json.loads((made[0] / "report.json").read_text())
    command = report["provenance"]["command"]
    assert command.startswith("fairway audit --db sqlite:///")
    assert "--groups language,medium" in command and "--synthetic" in command
