"""The tests' own runner: what it counts, and where it keeps files."""

import sys
from pathlib import Path

import pytest

from scripts import run_tests
from scripts.run_tests import Group, Results, count, in_memory, repeat, run


def test_what_failed_and_what_broke_count_as_failed(tmp_path):
    file = tmp_path / "some.xml"
    file.write_text(
        '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>'
    )
    assert count(file) == {"passed": 3, "failed": 3, "skipped": 3}


def test_files_lie_in_memory_only_where_there_is_room(tmp_path):
    assert in_memory(Path("/nowhere")) == {}
    assert in_memory(tmp_path, 1) == {"PYTEST_DEBUG_TEMPROOT": str(tmp_path)}
    assert in_memory(tmp_path, 2**60) == {}


STEADY = "def test_good(): pass\n"
UNSTEADY = """
def test_{n}(tmp_path_factory):
    mark = __import__("pathlib").Path({mark!r})
    was_there = mark.exists()
    mark.touch()
    assert was_there
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "RESULTS", tmp_path / "results")
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    return tmp_path


def ran(folder: Path, text: str) -> Results:
    """The results of a group of one file, repeated as the runner does it."""
    file = folder / "test_some.py"
    file.write_text(text)
    group, results = Group("some", Path(sys.executable), (str(file),)), Results()
    run(group, results, none_is_fine=False)
    repeat(results, [group])
    return results


def test_what_fails_once_and_passes_alone_is_unsteady_by_name(folder):
    results = ran(folder, STEADY + UNSTEADY.format(n="once", mark=str(folder / "mark")))
    assert (results.counts["passed"], results.counts["failed"]) == (2, 0)
    assert results.failed == []
    assert results.unsteady == {"test_some::test_once"}


def test_what_fails_twice_has_failed(folder):
    results = ran(folder, STEADY + "def test_bad(): assert False\n")
    assert (results.counts["passed"], results.counts["failed"]) == (1, 1)
    assert (results.failed, results.unsteady) == (["some"], set())


def test_many_failures_stand_though_they_would_pass_alone(folder):
    marks = (UNSTEADY.format(n=n, mark=str(folder / f"mark{n}")) for n in range(4))
    results = ran(folder, "".join(marks))
    assert results.counts["failed"] == 4
    assert (results.failed, results.unsteady) == (["some"], set())


def test_what_breaks_while_it_is_cleared_up_is_run_once_more_too(folder):
    results = ran(
        folder,
        f"""
import pathlib, pytest
@pytest.fixture
def clears_up():
    yield
    mark = pathlib.Path({str(folder / "mark")!r})
    was_there = mark.exists()
    mark.touch()
    assert was_there
def test_one(clears_up): pass
""",
    )
    assert (results.counts["passed"], results.counts["failed"]) == (1, 0)
    assert results.unsteady == {"test_some::test_one"}
