"""Every command explains itself, and the documents name the commands there are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from channels.cli import COMMANDS, fairway
from channels.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.M)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def documents() -> str:
    return "\n".join(path.read_text("utf-8") for path in DOCUMENTS)


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z-]+)", listed, re.M) == TARGETS
    assert set(TARGETS) == set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)[1].split())  # type: ignore[index]


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_in_the_documents(target: str) -> None:
    assert f"make {target}" in documents()


def test_documents_name_only_targets_that_exist() -> None:
    named = set(re.findall(r"[`\n]make ([a-z-]+)", documents()))
    assert named <= set(TARGETS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(fairway, [command, "--help"])
    assert shown.exit_code == 0
    assert re.search(rf"Examples?:\n\s+.*fairway {command}", shown.output), shown.output


def test_documents_name_only_commands_that_exist() -> None:
    named = set(re.findall(r"(?:`|bin/|^)fairway ([a-z][a-z-]*)", documents(), re.M))
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: str(setting.name))
def test_every_setting_is_in_the_readme_table(setting: object) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    row = next((line for line in readme.splitlines() if f"`{setting.name}`" in line), "")  # type: ignore[attr-defined]
    assert row.startswith("|") and setting.meaning in row, setting  # type: ignore[attr-defined]


def test_the_readme_table_has_no_other_setting() -> None:
    named = set(re.findall(r"^\| `(FAIRWAY_\w+)`", (ROOT / "README.md").read_text("utf-8"), re.M))
    assert named == {setting.name for setting in SETTINGS}
