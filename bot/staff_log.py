"""The staff log as a chain: each entry is sealed together with the seal of the one before.

Whoever changes, drops, adds or moves an entry breaks every seal that follows. Cutting off the
end, or writing the whole chain anew, is found by comparing with a head that was kept elsewhere:
``fairway staff-log head`` prints it, ``fairway staff-log verify`` compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timezone

from bot.staff import LogEntry


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many entries there are, and the last one's seal."""

    place: int = 0
    seal: str = ""


@dataclass(frozen=True)
class SealedEntry:
    """An entry as it is kept. ``place`` counts from 1 without gaps."""

    entry: LogEntry
    place: int
    seal: str


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the chain, in a plain sentence."""

    place: int
    problem: str


def seal_after(head: Head, entry: LogEntry) -> SealedEntry:
    """``entry`` as the next link. The seal is SHA-256 (hex) of place, the seal before, and every
    field, as compact JSON with sorted keys and the time in UTC to the microsecond."""
    place = head.place + 1
    at = entry.at.astimezone(timezone.utc).isoformat(timespec="microseconds")
    told = [place, head.seal, at, entry.username, entry.action, entry.subject, dict(entry.detail)]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return SealedEntry(entry, place, hashlib.sha256(text.encode()).hexdigest())


def check_chain(
    entries: Iterable[SealedEntry], head: Head, kept: Iterable[Head] = ()
) -> list[Fault]:
    """What is wrong with ``entries`` (all of them, in order), empty when nothing is.

    ``head`` is the end as the store tells it, ``kept`` heads that were noted down elsewhere.
    After the first broken link the rest is judged by what is there, so that each fault is told
    once.
    """
    wanted = {one.place: one.seal for one in kept if one.place}
    faults: list[Fault] = []
    last = Head()
    for one in entries:
        if one.place != last.place + 1:
            faults.append(Fault(one.place, f"entry {last.place + 1} is missing or was moved"))
            last = Head(one.place - 1, last.seal)
        if seal_after(last, one.entry).seal != one.seal:
            faults.append(Fault(one.place, f"entry {one.place} is not what was sealed"))
        if wanted.pop(one.place, one.seal) != one.seal:
            faults.append(Fault(one.place, f"entry {one.place} differs from the head kept of it"))
        last = Head(one.place, one.seal)
    faults += [
        Fault(place, f"the log ends before entry {place}, which was kept") for place in wanted
    ]
    if (head.place, head.seal) != (last.place, last.seal):
        faults.append(Fault(last.place, "the log does not end where its own head says"))
    return faults
