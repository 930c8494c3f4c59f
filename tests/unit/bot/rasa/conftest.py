"""A small project like ours: two cards, some phrases, and the real rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project with the cards pothole and library and a phrase for each."""
    (tmp_path / "bot/services").mkdir(parents=True)
    shutil.copytree(ROOT / "bot/rasa", tmp_path / "bot/rasa")
    for card in ("pothole", "library"):
        name = f"{card}.yml"
        shutil.copy(ROOT / "bot/services" / name, tmp_path / "bot/services" / name)
        write_phrases(tmp_path, "en", name, f"service_{card}", f"I want the {card}")
    write_phrases(tmp_path, "cy", "pothole.yml", "service_pothole", "mae twll yn y ffordd")
    return tmp_path


def write_phrases(root: Path, language: str, name: str, intent: str, *phrases: str) -> Path:
    """A phrase file in the project at ``root``."""
    path = root / "nlu/data" / language / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"    - {phrase}\n" for phrase in phrases)
    path.write_text(f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{lines}', "utf-8")
    return path
