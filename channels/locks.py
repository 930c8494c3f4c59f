"""One turn of a conversation at a time, within one process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    wanted_by: int = 0


class ProcessLocks:
    """A ``bot.ports.Locks``. A lock is forgotten when nobody wants it any more."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[str, _Held] = {}

    @contextmanager
    def hold(self, conversation_id: str) -> Iterator[None]:
        """Wait for the conversation's turn, and keep it while in the ``with`` block."""
        with self._guard:
            held = self._held.setdefault(conversation_id, _Held())
            held.wanted_by += 1
        try:
            with held.lock:
                yield
        finally:
            with self._guard:
                held.wanted_by -= 1
                if not held.wanted_by:
                    self._held.pop(conversation_id, None)
