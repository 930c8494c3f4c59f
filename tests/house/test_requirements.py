"""Every requirement on accessibility and language has a test that carries its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [*(f"A{n}" for n in range(1, 14)), *(f"L{n}" for n in range(1, 5))]
NAMES = re.findall(
    r"^(?:async )?def (test_\w+)",
    "\n".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_*.py")),
    re.MULTILINE,
)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_requirements_has_its_test(row: str) -> None:
    assert [name for name in NAMES if row in name.split("_")]
