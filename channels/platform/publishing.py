"""A store that writes an event beside what it keeps, in the same transaction.

So an event is never told of something that was rolled back, and nothing kept goes untold.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from bot.handoff import Handoff
from bot.outcome import Outcome
from bot.ports import Clock, Handoffs, Outbox, Parcel, Records, Store
from bot.turn_record import TurnRecord
from bot.wrapped_work import WrappedWork
from channels.platform import events

AnyStore = TypeVar("AnyStore", bound=Store)
"""A Store or a StaffStore: what goes in comes out."""


@dataclass(frozen=True)
class _Teller:
    """Puts events into the outbox of one transaction."""

    outbox: Outbox
    clock: Clock
    key: str

    def tell(self, event: dict[str, Any]) -> None:
        self.outbox.put(Parcel(uuid.uuid4().hex, events.EVENT, event), self.clock.now())


@dataclass(frozen=True)
class PublishingStore:
    """A Store (or StaffStore) around another. ``key`` makes the pseudonyms."""

    inner: Any
    clock: Clock
    key: str

    def begin(self) -> Any:
        """A transaction of ``inner`` that also tells."""
        return _PublishingWork(self.inner.begin(), self.clock, self.key)


class _PublishingWork(WrappedWork):
    def __init__(self, inner: Any, clock: Clock, key: str) -> None:
        super().__init__(inner)
        self._clock, self._key = clock, key

    def __enter__(self) -> _PublishingWork:
        super().__enter__()
        self._wrap(self.work)
        return self

    def commit(self) -> None:
        """Keep everything done so far, and what is told of it."""
        self.work.commit()
        self._wrap(self.work)  # the memory adapter has new tables after a commit

    def _wrap(self, work: Any) -> None:
        teller = _Teller(work.outbox, self._clock, self._key)
        self.records = _ToldRecords(work.records, teller)
        self.handoffs = _ToldHandoffs(work.handoffs, teller)


class _ToldRecords:
    def __init__(self, inner: Records, teller: _Teller) -> None:
        self._inner, self._teller = inner, teller

    def add_turn(self, record: TurnRecord) -> None:
        self._inner.add_turn(record)
        self._teller.tell(events.of_turn(record, self._teller.key))

    def add_outcome(self, outcome: Outcome) -> None:
        self._inner.add_outcome(outcome)
        self._teller.tell(events.of_outcome(outcome, self._teller.key))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _ToldHandoffs:
    def __init__(self, inner: Handoffs, teller: _Teller) -> None:
        self._inner, self._teller = inner, teller

    def add(self, handoff: Handoff) -> None:
        self._inner.add(handoff)
        self._tell(handoff)

    def save(self, handoff: Handoff, was: Handoff) -> None:
        self._inner.save(handoff, was)
        self._tell(handoff)

    def _tell(self, handoff: Handoff) -> None:
        now = self._teller.clock.now()
        self._teller.tell(events.of_handoff(handoff, now, self._teller.key))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def publishing(store: AnyStore, clock: Clock, key: str, wanted: bool) -> AnyStore:
    """``store``, which also tells the data platform where one is ``wanted``."""
    return cast(AnyStore, PublishingStore(store, clock, key)) if wanted else store
