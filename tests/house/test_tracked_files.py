"""What is kept in the repository: nothing of one machine, no secret, nothing large."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME_OR_WORKPLACE = re.compile(r"(?<![\w.:/-])/(?:root|home/\w+|Users/\w+|work|tmp/\w+)/")
# Written in two halves, so that this file does not name them either.
HALVES = (("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"))
REGISTRIES = re.compile("|".join(re.escape(a + b) for a, b in HALVES))
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}")
LARGEST = 3_000_000  # bytes


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert found
    return [path for path in found if path.is_file()]


def texts() -> list[tuple[Path, str]]:
    readable = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            readable.append((path, content.decode("utf-8")))
    return readable


def test_no_path_of_one_machine() -> None:
    for path, text in texts():
        found = HOME_OR_WORKPLACE.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}"


def test_no_package_registry_is_named() -> None:
    for path, text in texts():
        assert not REGISTRIES.search(text), path.relative_to(ROOT)


def test_no_secret_and_nothing_that_a_run_makes() -> None:
    for path, text in texts():
        assert not SECRETS.search(text), path.relative_to(ROOT)
    made = {"var", ".venv", ".venv-rasa", "__pycache__"}
    assert not [path for path in tracked() if made & set(path.relative_to(ROOT).parts)]


def test_nothing_large_but_the_vectors_of_our_phrases() -> None:
    """The vectors save everybody minutes of training (docs/decisions/0008)."""
    large = {path for path in tracked() if path.stat().st_size > LARGEST}
    assert large <= {ROOT / "nlu" / "data" / "vectors.npz"}
    assert all(path.stat().st_size < 15_000_000 for path in large)
