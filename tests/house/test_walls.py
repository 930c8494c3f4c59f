"""The walls between the rooms, and what each room may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "nlu", "actions", "channels", "fairness")
RULES = sorted((ROOT / "bot").glob("*.py"))
# The only reader of the environment, and the one that hands it on to programs it starts.
# Rasa makes our components itself: where vectors are kept reaches them through it only.
MAY_SEE_THE_ENVIRONMENT = {
    "channels/settings.py",
    "channels/commands/here.py",
    "nlu/encoders/kept.py",
    "bot/rasa/importer.py",  # Rasa makes it: nothing else can be handed in
}
NOT_IN_PYTHON_310 = {
    "enum": {"StrEnum"},
    "datetime": {"UTC"},
    "typing": {"Self", "assert_never", "override", "Never", "LiteralString"},
    "tomllib": {"*"},
}


def imports(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every (module, names) that the file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, {"*"}) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", {alias.name for alias in node.names}


def sources(*folders: str) -> list[Path]:
    return sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py"))


def test_import_linter_keeps_every_wall() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.name))
def test_rules_import_the_standard_library_and_each_other_only(path: Path) -> None:
    rules = {f"bot.{rule.stem}" for rule in RULES} | {"bot"}
    for module, names in imports(path):
        standard = module.split(".")[0] in sys.stdlib_module_names
        from_bot = {f"bot.{name}" for name in names} if module == "bot" else {module}
        assert standard or from_bot <= rules, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", sources("nlu", "bot/rasa", "bot/files"), ids=str)
def test_what_runs_inside_rasa_speaks_python_3_10(path: Path) -> None:
    ast.parse(path.read_text("utf-8"), feature_version=(3, 10))
    for module, names in imports(path):
        missing = NOT_IN_PYTHON_310.get(module, set())
        assert not missing or not (names & missing or "*" in missing), f"{module}: {names}"


def environment_reads(tree: ast.AST) -> Iterator[int]:
    """Lines that read the environment. Setting a variable for a library is not reading."""
    written = set()
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        if stored or (isinstance(node, ast.Attribute) and node.attr in ("update", "setdefault")):
            written.add(node.value)
    for node in ast.walk(tree):
        looked = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if looked and node not in written:
            yield node.lineno


def test_the_environment_is_read_in_one_place() -> None:
    for path in sources(*ROOMS):
        place = str(path.relative_to(ROOT))
        if place not in MAY_SEE_THE_ENVIRONMENT:
            lines = list(environment_reads(ast.parse(path.read_text("utf-8"))))
            assert not lines, f"{place}: {lines}"


def test_nothing_prints() -> None:
    for path in sources(*ROOMS):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            assert not (isinstance(called, ast.Name) and called.id == "print"), path
