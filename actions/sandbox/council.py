"""What the sandbox council is made of; every part of it is handed this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from actions.sandbox.libraries import Library
from actions.sandbox.store import Store

NAME = "The sandbox council"
GSS = "E06000051"
JURISDICTIONS = frozenset({"", "sandbox", "shropshire"})


@dataclass(frozen=True)
class Council:
    """``now`` gives a time with a zone; ``slow_seconds`` is how long a slow system sleeps."""

    store: Store
    libraries: tuple[Library, ...]
    today: Callable[[], date]
    now: Callable[[], datetime]
    slow_seconds: float
