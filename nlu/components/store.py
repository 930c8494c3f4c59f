"""Where a component keeps what it learned: arrays and JSON in Rasa's model storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SETTINGS = "settings.json"


def write_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Keep plain values beside a classifier."""
    (folder / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False), "utf-8")


def read_settings(folder: Path) -> dict[str, Any]:
    """What ``write_settings`` wrote."""
    settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text("utf-8"))
    return settings
