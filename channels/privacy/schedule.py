"""The retention schedule: how long what is kept, read from a file and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadFile

LONGEST = 36_500
_REMEDY = "See bot/retention.yml."


@dataclass(frozen=True)
class Schedule:
    """Days (see ``bot/retention.yml``); ``daily``: cleared up without being asked."""

    version: str
    daily: bool
    words: int
    records: int
    equality: int
    outbox: int
    sessions: int
    logs: int


def load_schedule(path: Path) -> Schedule:
    """The schedule in ``path``. Raises BadFile."""
    try:
        held: Any = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadFile(path, None, f"cannot be read ({type(error).__name__})", _REMEDY) from error
    known = {field.name for field in fields(Schedule)}
    if not isinstance(held, dict) or set(held) != known:
        raise BadFile(path, None, f"must have exactly {', '.join(sorted(known))}", _REMEDY)
    for name in sorted(known - {"version", "daily"}):
        days = held[name]
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST:
            raise BadFile(path, None, f"{name}: write days from 1 to {LONGEST}", _REMEDY)
    if not isinstance(held["daily"], bool):
        raise BadFile(path, None, "daily: write true or false", _REMEDY)
    if held["records"] < held["words"]:
        raise BadFile(path, None, "records must not go before words", _REMEDY)
    return Schedule(**{**held, "version": str(held["version"])})
