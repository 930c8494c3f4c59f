"""Set-up's own parts: the finders, the stamps, and what is said when something is missing."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import find_chromium, set_up
from scripts.find_python import find_python, runs_as
from scripts.say import Steps, Trouble, report

ROOT = Path(__file__).resolve().parents[3]
THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it but the system's own folders."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'bin'}")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr("scripts.find_python.PREFIXES", ())
    return tmp_path


def answering(version: str) -> str:
    return f"echo {version}"


def test_a_broken_shim_is_passed_over_for_one_that_runs(machine: Path) -> None:
    program(machine / "shims/python3.10", "echo 'pyenv: command not found' >&2; exit 127")
    good = program(machine / "bin/python3.10", answering("3.10"))
    assert find_python("3.10", machine / "uv") == good


def test_a_version_managers_python_is_found_behind_its_shim(machine: Path) -> None:
    program(machine / "shims/python3.10", "exit 127")
    kept = machine / "home/.pyenv/versions/3.10.13/bin/python3.10"
    program(kept, answering("3.10"))
    assert find_python("3.10", machine / "uv") == kept


def test_uvs_own_python_comes_after_the_machines(machine: Path) -> None:
    own = program(machine / "uvs/python3.10", answering("3.10"))
    uv = program(machine / "uv", f'[ "$2" = find ] && echo {own}')
    assert find_python("3.10", uv) == own


def test_uv_downloads_one_when_there_is_none(machine: Path) -> None:
    own = program(machine / "uvs/python3.10", answering("3.10"))
    done = machine / "done"
    uv = program(
        machine / "uv", f'[ "$2" = install ] && : > {done}; [ -e {done} ] && echo {own} || exit 2'
    )
    assert find_python("3.10", uv) == own
    assert done.exists()


def test_no_python_at_all_ends_in_what_to_do(machine: Path) -> None:
    uv = program(machine / "uv", "echo 'error: no network' >&2; exit 2")
    with pytest.raises(Trouble) as trouble:
        find_python("3.10", uv)
    assert "no network" in trouble.value.problem
    assert "make setup PYTHON310=" in trouble.value.remedy


def test_a_wrong_python_asked_for_is_refused(machine: Path) -> None:
    wrong = program(machine / "bin/python3.10", answering("3.9"))
    with pytest.raises(Trouble, match="not a working Python 3.10"):
        find_python("3.10", machine / "uv", str(wrong))


def test_runs_as_asks_the_interpreter_itself() -> None:
    assert runs_as(Path(sys.executable), THIS)
    assert not runs_as(Path(sys.executable), "2.7")
    assert not runs_as(Path("no-such-python"), THIS)


def test_uv_is_taken_from_the_lock_with_its_hashes() -> None:
    pinned = set_up.stanza(set_up.FAIRWAY_LOCK.read_text("utf-8"), "uv")
    assert pinned.startswith("uv==")
    assert pinned.count("--hash=sha256:") > 1
    assert "\nuvicorn" not in pinned


def test_a_lock_without_uv_is_named() -> None:
    with pytest.raises(Trouble, match="does not pin uv"):
        set_up.stanza("click==8.1\n", "uv")


def test_a_stamp_changes_with_the_lock_and_the_place(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    lock.write_text("click==1\n", "utf-8")
    first = set_up.stamp_of(lock, tmp_path / "env")
    assert first != set_up.stamp_of(lock, tmp_path / "elsewhere")
    lock.write_text("click==2\n", "utf-8")
    assert first != set_up.stamp_of(lock, tmp_path / "env")


def test_an_unfinished_environment_has_no_stamp(tmp_path: Path) -> None:
    assert not set_up.is_stamped(tmp_path, "x")
    set_up.stamp(tmp_path, "x")
    assert set_up.is_stamped(tmp_path, "x")
    assert not set_up.is_stamped(tmp_path, "y")


def test_an_environment_copied_from_elsewhere_is_made_anew(tmp_path: Path) -> None:
    env = tmp_path / "env"
    assert set_up.moved(env)
    (env / "bin").mkdir(parents=True)
    (env / "bin/activate").write_text("VIRTUAL_ENV=/somewhere/else", "utf-8")
    assert set_up.moved(env)
    (env / "bin/activate").write_text(f"VIRTUAL_ENV='{env}'", "utf-8")
    assert not set_up.moved(env)


def test_a_full_disk_is_said_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "DISK_GB", 10**9)
    with pytest.raises(Trouble, match="GB free"):
        set_up.look_at_machine()


def test_uv_is_told_the_mirror_that_pip_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    told = set_up.installer_environment()
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert set_up.installer_environment()["UV_DEFAULT_INDEX"] == "https://other.example/simple"


def test_a_failing_installer_ends_in_a_remedy(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Trouble, match="exit code 7") as trouble:
        set_up.run(["sh", "-c", "exit 7"], "try again.")
    assert report(trouble.value) == 1
    assert "To mend it: try again." in capfd.readouterr().err


def test_steps_are_numbered_and_timed(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps(2)
    for title in ("one", "two"):
        with steps.step(title):
            pass
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[1/2] one" and lines[2] == "[2/2] two"
    assert lines[1].strip().startswith("done in ")


def test_no_browser_ends_in_what_to_do(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_chromium, "MAC_APPS", ())
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    with pytest.raises(Trouble) as trouble:
        find_chromium.find_chromium()
    assert "apt-get install chromium" in trouble.value.remedy


def test_a_browser_that_playwright_keeps_is_found(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_chromium, "MAC_APPS", ())
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    kept = machine / "home/.cache/ms-playwright/chromium-1200/chrome-linux/chrome"
    program(kept, "true")
    assert find_chromium.find_chromium() == kept


def test_make_says_what_to_do_without_a_python() -> None:
    ran = subprocess.run(
        ["make", "setup", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert "make setup PYTHON=/path/to/python3.11" in ran.stdout
