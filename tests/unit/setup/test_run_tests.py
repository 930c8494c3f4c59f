"""The tests' own runner: what it counts, and where it keeps files."""

from pathlib import Path

from scripts.run_tests import count, in_memory


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
