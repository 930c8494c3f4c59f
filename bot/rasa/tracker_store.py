"""Rasa's SQL tracker store: quick on SQLite, as quick late in a conversation as early, and it
tells the connector the slots.

Without it the connector would have to read the whole conversation a second time. On SQLite the
same table is read and written over one kept connection: Rasa's way opens the file anew and
builds its queries anew each time, which cost more than understanding the message.

Rasa reads a conversation's events anew each turn. When they have become many, what still counts of
them (the slots) is carried into a new session, and only that is read from then on. Nothing of ours
looks at what happened before the message; what was said is in Fairway's own database.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.turn_slots import slots_of_turn

HIDDEN = frozenset({"requested_slot", "session_started_metadata"})
"""Slots of Rasa's own."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000")
"""Readers and the writer do not wait for each other; a commit costs no full disk flush."""
MOST = 40
"""Events that a turn reads: some four turns of them. Then they are carried over."""
SAID_TO = 60
"""Events that one message may lead to, at most."""
ASKED_AGAIN = 64
"""Messages back that one is looked for: more than are asked again after an outage (40), and few
enough that turn 1,000 costs what turn 100 does."""
# The events of the session under way. Rasa's own query goes by time, and would lose them when the
# clock is set back.
OF_SESSION = """
    FROM events WHERE sender_id = :sender AND id >= coalesce(
        (SELECT id FROM events WHERE sender_id = :sender AND type_name = 'session_started'
         ORDER BY id DESC LIMIT 1), 0)
"""
NEWEST_OF_ID = """
    SELECT max(id) FROM (
        SELECT id, data FROM events WHERE sender_id = :sender AND type_name = 'user'
        ORDER BY id DESC LIMIT :messages
    ) AS latest WHERE data LIKE :named
"""
FROM_IT_ON = """
    SELECT data FROM events WHERE sender_id = :sender AND id >= :first ORDER BY id LIMIT :most
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
        tracker = await self._held(sender_id)
        if tracker is None or len(tracker.events) <= MOST:
            return tracker
        return self._carried_over(tracker)

    def said_to(self, sender_id: str, message_id: str) -> list[BotUttered]:
        """What was said to a message that was handled before. Nothing for a new one, and for one
        whose action failed: both are to be handled."""
        named = f'%"message_id": {json.dumps(message_id)}%'
        ((first,),) = self._select(
            NEWEST_OF_ID, sender=sender_id, named=named, messages=ASKED_AGAIN
        )
        if first is None:
            return []
        rows = self._select(FROM_IT_ON, sender=sender_id, first=first, most=SAID_TO)
        events = [json.loads(data) for (data,) in rows]
        after = itertools.takewhile(lambda one: one["event"] != UserUttered.type_name, events[1:])
        said = [Event.from_parameters(one) for one in after if one["event"] == "bot"]
        return [one for one in said if isinstance(one, BotUttered)]

    def _select(self, query: str, **values: Any) -> list[Any]:
        if self._file is not None:
            return self._file.execute(query, values).fetchall()
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(query), values))

    async def _held(self, sender_id: str) -> DialogueStateTracker | None:
        if self._file is None:
            return await super().retrieve(sender_id)
        query = f"SELECT data {OF_SESSION} ORDER BY id"
        rows = self._file.execute(query, {"sender": sender_id}).fetchall()
        events = [json.loads(data) for (data,) in rows]
        if not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def _carried_over(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The same conversation in a new session that begins with its slots."""
        carried = _begin_with(tracker)
        if self._file is None:
            with self.session_scope() as session:
                rows = [self.SQLEvent(**_columns(tracker.sender_id, one)) for one in carried]
                session.add_all(rows)
                session.commit()
        else:
            with self._file:
                self._file.executemany(INSERT, [_row(tracker.sender_id, one) for one in carried])
        events = [one.as_dict() for one in carried]
        return DialogueStateTracker.from_dict(tracker.sender_id, events, self.domain.slots)

    def _event_query(
        self, session: Any, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> Any:
        """Rasa's query, by the order things were kept in instead of by the clock."""
        event = self.SQLEvent
        query = session.query(event).filter(event.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            begun = session.query(event.id).filter(
                event.sender_id == sender_id, event.type_name == SessionStarted.type_name
            )
            last = begun.order_by(event.id.desc()).limit(1).scalar_subquery()
            query = query.filter(event.id >= sa.func.coalesce(last, 0))
        return query.order_by(event.id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save the tracker, then hand its slots to the turn under way."""
        if self._file is None:
            await super().save(tracker)
        else:
            await self.stream_events(tracker)
            self._append(self._file, tracker)
        slots = slots_of_turn.get()
        if slots is not None:
            slots.update(_shown(tracker))

    async def slots_of(self, sender_id: str) -> dict[str, Any]:
        """The slots of a conversation as they are now."""
        tracker = await self.retrieve(sender_id)
        return {} if tracker is None else _shown(tracker)

    def _append(self, file: sqlite3.Connection, tracker: DialogueStateTracker) -> None:
        """Add the events that are not kept yet."""
        with file:
            query = f"SELECT count(*) {OF_SESSION}"
            (held,) = file.execute(query, {"sender": tracker.sender_id}).fetchone()
            new = itertools.islice(tracker.events, held, None)
            file.executemany(INSERT, [_row(tracker.sender_id, event) for event in new])


def _shown(tracker: DialogueStateTracker) -> dict[str, Any]:
    values = tracker.current_slot_values()
    return {name: value for name, value in values.items() if name not in HIDDEN}


def _begin_with(tracker: DialogueStateTracker) -> list[Event]:
    """What a new session begins with: every slot that has another value than at first."""
    changed = [slot for slot in tracker.slots.values() if slot.value != slot.initial_value]
    slots = [SlotSet(slot.name, slot.value) for slot in changed]
    return [SessionStarted(), *slots, ActionExecuted(ACTION_LISTEN_NAME)]


def _row(sender_id: str, event: Any) -> tuple[Any, ...]:
    return tuple(_columns(sender_id, event).values())


def _columns(sender_id: str, event: Any) -> dict[str, Any]:
    """An event as a row of Rasa's table, in the order of INSERT."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _make_quick(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
