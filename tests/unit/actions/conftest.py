"""A conversation with a fresh sandbox council for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.actions.driver import Talk, start_talk


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return start_talk(tmp_path)


@pytest.fixture
def talk_with(tmp_path: Path) -> Callable[..., Talk]:
    def start(**parts: object) -> Talk:
        return start_talk(tmp_path, **parts)

    return start
