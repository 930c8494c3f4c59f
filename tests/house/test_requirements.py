"""Every requirement on accessibility, language, security, privacy and faults has a test that
carries its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# P2, the staff log that shows tampering, comes with the desk.
LAST = {"A": 13, "L": 4, "S": 10, "P": 1, "F": 4}
ROWS = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
NAMES = re.findall(
    r"^(?:async )?def (test_\w+)",
    "\n".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_*.py")),
    re.MULTILINE,
)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_requirements_has_its_test(row: str) -> None:
    assert [name for name in NAMES if row in name.upper().split("_")]
