"""Rasa's SQL tracker store, quick on SQLite, which also tells the connector the slots.

Without it the connector would have to read the whole conversation a second time. On SQLite the
same table is read and written over one kept connection: Rasa's way opens the file anew and
builds its queries anew each time, which cost more than understanding the message.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.turn_slots import slots_of_turn

HIDDEN = frozenset({"requested_slot", "session_started_metadata"})
"""Slots of Rasa's own."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000")
"""Readers and the writer do not wait for each other; a commit costs no full disk flush."""
# The events of the session under way, as Rasa's own query has them.
OF_SESSION = """
    FROM events WHERE sender_id = :sender AND timestamp >= coalesce(
        (SELECT max(timestamp) FROM events
         WHERE sender_id = :sender AND type_name = 'session_started'), timestamp)
"""
INSERT = """
    INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)
    VALUES (?, ?, ?, ?, ?, ?)
"""


class FairwayTrackerStore(SQLTrackerStore):
    """Named in ``endpoints.yml``, with the same settings as Rasa's ``SQL`` store."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: sqlite3.Connection | None = None
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _make_quick)
            self.engine.dispose()
            # Rasa runs in one thread; the flag is for the tests, which stop it from another.
            self._file = sqlite3.connect(str(self.engine.url.database), check_same_thread=False)
            _make_quick(self._file, None)

    async def create_tracker(
        self, sender_id: str, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """A new tracker, kept when its first turn is: Rasa would keep it twice."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's session under way, or None when nothing is kept of it."""
        if self._file is None:
            return await super().retrieve(sender_id)
        query = f"SELECT data {OF_SESSION} ORDER BY id"
        rows = self._file.execute(query, {"sender": sender_id}).fetchall()
        events = [json.loads(data) for (data,) in rows]
        if not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save the tracker, then hand its slots to the turn under way."""
        if self._file is None:
            await super().save(tracker)
        else:
            await self.stream_events(tracker)
            self._append(self._file, tracker)
        slots = slots_of_turn.get()
        if slots is not None:
            values = tracker.current_slot_values()
            slots.update({name: v for name, v in values.items() if name not in HIDDEN})

    def _append(self, file: sqlite3.Connection, tracker: DialogueStateTracker) -> None:
        """Add the events that are not kept yet."""
        with file:
            query = f"SELECT count(*) {OF_SESSION}"
            (held,) = file.execute(query, {"sender": tracker.sender_id}).fetchone()
            new = itertools.islice(tracker.events, held, None)
            file.executemany(INSERT, [_row(tracker.sender_id, event) for event in new])


def _row(sender_id: str, event: Any) -> tuple[Any, ...]:
    data = event.as_dict()
    intent = data.get("parse_data", {}).get("intent", {}).get("name")
    when, name = data.get("timestamp"), data.get("name")
    return sender_id, event.type_name, when, intent, name, json.dumps(data)


def _make_quick(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
