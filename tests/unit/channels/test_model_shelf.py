"""A trained model waits for the audit's yes, and takes the live one's place in one step."""

from __future__ import annotations

import json

import pytest

from channels.gates import candidate_not_compared, why_not_candidate
from channels.model_shelf import CANDIDATE, LIVE, answers_beside, let_candidate_live, named_model


def line(n: int, right: bool) -> str:
    one = {"id": str(n), "what": "danger missed", "lang": "cy", "variety": "plain", "right": right}
    return json.dumps(one) + "\n"


@pytest.fixture
def models(tmp_path):
    """A live model that finds every danger in Welsh, and a candidate that misses half."""
    for name, file, missed in ((LIVE, "old.tar.gz", 0), (CANDIDATE, "new.tar.gz", 20)):
        (tmp_path / name).write_text(json.dumps({"file": file}))
        lines = (line(n, n >= missed) for n in range(40))
        answers_beside(tmp_path / file).write_text("".join(lines))
    return tmp_path


def test_a_worse_model_is_kept_out_and_the_live_one_stays(models):
    reasons = why_not_candidate(models)
    assert any("danger missed for language cy: 20 of 40" in reason for reason in reasons)
    let_candidate_live(models, reasons, overruled=False)
    assert named_model(models, LIVE) == models / "old.tar.gz"
    assert named_model(models, CANDIDATE) is None
    assert not json.loads((models / "gate.jsonl").read_text())["live"]


def test_an_overruled_or_a_good_one_goes_live_and_both_are_noted(models):
    let_candidate_live(models, why_not_candidate(models), overruled=True)
    assert named_model(models, LIVE) == models / "new.tar.gz"
    noted = json.loads((models / "gate.jsonl").read_text())
    assert noted["live"] and noted["reasons"]
    (models / CANDIDATE).write_text(json.dumps({"file": "old.tar.gz"}))
    assert why_not_candidate(models) == ()


def test_the_first_model_has_nothing_to_be_worse_than(models):
    (models / LIVE).unlink()
    assert why_not_candidate(models) == ()
    assert candidate_not_compared(models) == "there is no live model"
    let_candidate_live(models, (), overruled=False, not_compared="there is no live model")
    noted = json.loads((models / "gate.jsonl").read_text())
    assert noted["live"] and noted["not_compared"] == "there is no live model"


def test_answers_that_were_not_kept_are_no_pass(models):
    assert candidate_not_compared(models) == ""
    answers_beside(models / "old.tar.gz").unlink()
    assert why_not_candidate(models) == ()
    assert "live model's answers" in candidate_not_compared(models)
