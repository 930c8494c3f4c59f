"""Check the staff log's chain as the store has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.staff_log import Fault, Head, SealedEntry, check_chain
from bot.staff_ports import StaffStore

AT_ONCE = 5000


def faults_in(store: StaffStore, kept: Iterable[Head] = ()) -> list[Fault]:
    """What is wrong with the whole log, compared with the heads ``kept`` elsewhere."""
    with store.begin() as work:
        head = work.staff_log.head()
    return check_chain(_entries(store, head), head, kept)


def fault_in(store: StaffStore) -> str:
    """The first thing that is wrong, in a sentence; empty when the chain holds."""
    faults = faults_in(store)
    return faults[0].problem if faults else ""


def _entries(store: StaffStore, head: Head) -> Iterator[SealedEntry]:
    """Every entry up to ``head``: the log grows while it is read."""
    after = 0
    while True:
        with store.begin() as work:
            batch = work.staff_log.sealed(after, AT_ONCE)
        for entry in batch:
            if entry.place <= head.place:
                yield entry
        if len(batch) < AT_ONCE or batch[-1].place >= head.place:
            return
        after = batch[-1].place
