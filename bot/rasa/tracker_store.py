"""Rasa's SQL tracker store, quick on SQLite, which also tells the connector the slots.

Without it the connector would have to read the whole conversation a second time.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.turn_slots import slots_of_turn

HIDDEN = frozenset({"requested_slot", "session_started_metadata"})
"""Slots of Rasa's own."""


class FairwayTrackerStore(SQLTrackerStore):
    """Named in ``endpoints.yml``, with the same settings as Rasa's ``SQL`` store."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _make_quick)
            self.engine.dispose()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save the tracker, then hand its slots to the turn under way."""
        await super().save(tracker)
        slots = slots_of_turn.get()
        if slots is not None:
            values = tracker.current_slot_values()
            slots.update({name: v for name, v in values.items() if name not in HIDDEN})


def _make_quick(connection: Any, _record: Any) -> None:
    """Readers and the writer do not wait for each other; a commit costs no full disk flush."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
