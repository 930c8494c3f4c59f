"""Every requirement on faults, security and privacy has a test whose name carries its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODES = (
    *(f"F{n}" for n in range(1, 5)),
    *(f"S{n}" for n in range(1, 11)),
    *(f"P{n}" for n in range(1, 2)),  # P2 comes with the tamper-evident staff log
)
TESTS = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
NAMES = re.findall(r"^(?:async )?def (test_\w+)", TESTS, re.M)


@pytest.mark.parametrize("code", CODES)
def test_a_requirement_has_its_test(code: str) -> None:
    named = [n for n in NAMES if re.search(rf"_{code}(_|$)", n, re.I)]
    assert named, f"no test is named after {code}"
