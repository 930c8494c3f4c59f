"""Reports are made in processes of their own: how far they are, and what a killed one says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.processes import children, wait_until
from fairness.errors import ReportUnknown
from fairness.pages.asked import Asked
from fairness.pages.making import (
    BROKEN_OFF,
    STEPS,
    Job,
    begin,
    look,
    note,
    one_at_a_time,
    start_child,
    under_way,
)
from fairness.pages.making_child import work

ROOT = Path(__file__).resolve().parents[3]
ASKED = Asked(groups=("language", "medium"), since="2020-01-01")
pytestmark = pytest.mark.timeout(600)
PATIENCE = 550  # seconds, on a machine that does much else


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def makers() -> set[int]:
    """The processes of this one that make reports; one that is done may not have ended yet."""
    return {pid for pid, said in children(os.getpid()).items() if "making_child" in said}


def test_a_process_makes_the_report_and_then_it_is_on_the_shelf(council, shelf):
    council.fill(60)
    making_id = begin(shelf, council.url, ASKED, "", start_child)
    (seen,) = under_way(shelf)
    assert seen.id == making_id and seen.asked == ASKED and seen.step in STEPS
    wait_until(lambda: look(shelf, making_id).is_over, PATIENCE)
    made = look(shelf, making_id)
    assert made.problem == "" and (shelf / made.report_id / "report.html").is_file()
    assert under_way(shelf) == ()


def test_a_killed_process_is_said_to_be_broken_off_and_leaves_nothing(council, shelf):
    council.fill(20)
    begin(shelf, council.url, ASKED, "", lambda job, lock: None)  # makes the folder
    with one_at_a_time(shelf):  # the process gets no further than this
        before = makers()
        making_id = begin(shelf, council.url, ASKED, "", start_child)
        wait_until(lambda: bool(makers() - before), PATIENCE)
        assert look(shelf, making_id).step == "waiting" and not look(shelf, making_id).is_over
        os.kill((makers() - before).pop(), signal.SIGKILL)
        wait_until(lambda: look(shelf, making_id).is_over, PATIENCE)
    assert look(shelf, making_id).problem == BROKEN_OFF
    assert look(shelf, making_id).asked == ASKED, "so that the form can be filled in again"
    assert not list(shelf.glob("*"))


def test_each_step_is_told_as_it_begins(council, shelf, tmp_path):
    council.fill(60)
    told: list[str] = []

    def follow(job: Job, lock: int) -> None:
        state = Path(job.folder) / "state.json"
        told.append(json.loads(state.read_text())["step"])
        from fairness.pages.make import make_report

        make_report(council.url, shelf, job.asked, "", told.append)

    begin(shelf, council.url, ASKED, "", follow)
    assert told == ["waiting", "comparing", "writing"] and set(told) <= STEPS.keys()


def test_what_nobody_expected_is_told_without_its_details(council, shelf):
    council.fill(20)
    asked = Asked(groups=("language",), since="no day at all")
    making_id = begin(shelf, council.url, asked, "", lambda job, lock: work(job))
    problem = look(shelf, making_id).problem
    assert "could not be made" in problem and "no day at all" not in problem


def test_an_unknown_one_is_unknown(shelf):
    for name in ("0" * 32, "../reports", "x"):
        with pytest.raises(ReportUnknown):
            look(shelf, name)


def test_one_that_was_over_a_day_ago_is_cleared_away(council, shelf):
    making_id = begin(shelf, council.url, ASKED, "", lambda job, lock: None)
    (folder,) = shelf.parent.glob(f".reports-being-made/{making_id}")
    note(folder, "failed", problem="x")
    os.utime(folder, (0, 0))
    assert under_way(shelf) == () and not folder.exists()


def test_the_serving_process_loads_none_of_the_audits_libraries():
    seen = "[m for m in ('pandas', 'scipy', 'fairlearn', 'numpy') if m in sys.modules]"
    code = f"import sys, fairness.pages, fairness.pages.making; print({seen})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.stdout == "[]\n", done.stderr
