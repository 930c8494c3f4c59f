"""The two locks pin everything, by hash, and name no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").iterdir())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_there_are_two_locks() -> None:
    assert [lock.name for lock in LOCKS] == ["fairway.lock", "rasa.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_every_line_pins_a_version_with_hashes(lock: Path) -> None:
    text = lock.read_text("utf-8")
    stanzas = re.split(r"^(?=\w)", text, flags=re.M)[1:]
    assert len(stanzas) > 100
    for stanza in stanzas:
        assert re.match(r"[\w.\-\[\],]+==\S+", stanza), stanza[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", stanza), stanza[:80]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_no_address_and_no_path(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert not re.search(r"https?://|file:|--index-url|--find-links|^-e |\s/\w+/", text, re.M)


def names(requirements: list[object]) -> set[str]:
    found = (re.match(r"[\w.-]+", text) for text in requirements if isinstance(text, str))
    return {match[0].lower().replace("_", "-") for match in found if match}


def pinned(lock: str) -> set[str]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return {name.lower() for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.M)}


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    asked = PROJECT["project"]["dependencies"] + groups["dev"] + groups["setup"]
    assert names(asked) <= pinned("fairway.lock")
    assert names(groups["rasa"]) <= pinned("rasa.lock")
