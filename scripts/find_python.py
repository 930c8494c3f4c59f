"""Find a Python of one minor version, wherever it is, that really runs.

A name on PATH proves nothing: a version manager leaves shims there for Pythons that are
not switched on. So every candidate is started and asked for its version.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.say import Trouble

PROBE = "import sys, ssl, sqlite3, venv; print('%d.%d' % sys.version_info[:2])"
PREFIXES = ("/opt/homebrew", "/usr/local", "/usr")


def find_python(version: str, uv: Path, asked_for: str | None = None) -> Path:
    """Return an interpreter of ``version`` ("3.10"); raise Trouble when none can be had.

    Looks at ``asked_for`` (which must then be right), PATH, version managers' folders and
    uv's own; last, uv downloads one.
    """
    if asked_for:
        return _insist(Path(asked_for).expanduser(), version)
    for candidate in _candidates(version):
        if runs_as(candidate, version):
            return candidate
    return _from_uv(version, uv) or _downloaded(version, uv)


def runs_as(python: Path, version: str) -> bool:
    """Whether ``python`` starts, is of ``version`` and has the modules we need."""
    try:
        answer = subprocess.run(
            [python, "-c", PROBE], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    folders = [Path(f) for f in os.environ.get("PATH", "").split(os.pathsep) if f]
    folders += [Path(prefix) / "bin" for prefix in PREFIXES]
    yield from (folder / name for folder in folders if (folder / name).exists())
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    for kept in (pyenv / "versions", home / ".asdf/installs/python"):
        yield from sorted(kept.glob(f"{version}*/bin/{name}"), reverse=True)
    yield from sorted((home / ".local/share/mise/installs/python").glob(f"{version}*/bin/{name}"))


def _insist(python: Path, version: str) -> Path:
    if runs_as(python, version):
        return python
    raise Trouble(
        f"{python} is not a working Python {version}.",
        f"give the path of a Python {version} built with ssl and sqlite3.",
    )


def _from_uv(version: str, uv: Path) -> Path | None:
    command = [str(uv), "python", "find", "--managed-python", "--no-python-downloads", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    path = Path(found.stdout.strip())
    return path if found.returncode == 0 and runs_as(path, version) else None


def _downloaded(version: str, uv: Path) -> Path:
    got = subprocess.run(
        [uv, "python", "install", version], capture_output=True, text=True, check=False
    )
    python = _from_uv(version, uv) if got.returncode == 0 else None
    if python:
        return python
    why = (got.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
    raise Trouble(
        f"There is no Python {version} here, and it could not be downloaded ({why}).",
        f"install Python {version} (pyenv install {version}, your package manager, or allow "
        f"downloads), or run: make setup PYTHON310=/path/to/python{version}",
    )
