"""An act at the desk that is done once, however often it is asked for.

That it was done, and how it was answered, is kept in the transaction that does it: a process
killed at any moment leaves both or neither. Two at once cannot both keep it: the later one's
act is rolled back with its note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.desk_calls import Call
from bot.desk_parts import DeskParts
from bot.errors import FairwayError
from bot.staff_ports import StaffStore, StaffWork
from bot.wrapped_work import WrappedWork

KEPT = timedelta(days=1)
"""How long the same key means the same act."""


@dataclass(frozen=True)
class Asked:
    """An act that is asked for: who asks, under which key, and a keyed hash of what."""

    caller: str
    key: str
    print: str


def do_once(
    desk: DeskParts,
    asked: Asked,
    act: Callable[[DeskParts], object],
    answer: Callable[[StaffWork], Mapping[str, Any]],
) -> Call:
    """The call as it is kept: done now, or before. ``act`` is given a desk whose transaction also
    keeps ``answer``, which reads it from what was done. What ``act`` raises is not kept: the same
    key may try again. An act that finds nothing to do is kept as done, too.
    """
    held = _held(desk, asked)
    if held is not None:
        return held
    store = _KeepingStore(desk.store, asked, desk.turn.clock.now(), answer)
    try:
        act(replace(desk, store=cast(StaffStore, store)))
        if store.kept is None:
            with store.begin() as work:
                work.commit()
    except FairwayError:
        # Its twin may have been quicker, and have left nothing to do.
        held = _held(desk, asked)
        if held is None:
            raise
        return held
    assert store.kept is not None
    return store.kept


def _held(desk: DeskParts, asked: Asked) -> Call | None:
    with desk.store.begin() as work:
        return work.calls.get(asked.caller, asked.key, desk.turn.clock.now() - KEPT)


@dataclass
class _KeepingStore:
    """``inner``, whose first commit also keeps the call."""

    inner: StaffStore
    asked: Asked
    now: datetime
    answer: Callable[[StaffWork], Mapping[str, Any]]
    kept: Call | None = None

    def begin(self) -> _KeepingWork:
        return _KeepingWork(self.inner.begin(), self)

    def keep(self, work: StaffWork) -> Call:
        """Note the call in ``work``, which is about to be committed."""
        asked = self.asked
        call = Call(asked.caller, asked.key, asked.print, self.now, self.answer(work))
        work.calls.add(call, self.now - KEPT)
        return call


class _KeepingWork(WrappedWork):
    def __init__(self, inner: StaffWork, store: _KeepingStore) -> None:
        super().__init__(inner)
        self._store = store

    def commit(self) -> None:
        """Keep everything done so far, and that it was done."""
        call = self._store.keep(self.work) if self._store.kept is None else None
        self.work.commit()
        self._store.kept = self._store.kept or call
