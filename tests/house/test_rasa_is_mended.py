"""S2: the Rasa that is installed has the known remote code execution mended."""

from __future__ import annotations

import re
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "requirements" / "rasa.lock"


def test_s2_rasa_is_3_6_21_or_later() -> None:
    found = re.search(r"^rasa==(\d+)\.(\d+)\.(\d+)", LOCK.read_text("utf-8"), re.M)
    assert found and tuple(map(int, found.groups())) >= (3, 6, 21)
