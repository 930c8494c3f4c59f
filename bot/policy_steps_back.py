"""Who would be taken less far from digital by a new routing policy than by the live one.

Every need that a policy can tell apart, with nothing told, with each barrier and adjustment, with
any two of them, and after every number of misunderstandings that either policy names. The citizen's
own choice and danger are not gone through: no policy decides them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bot.need import Adjustment, Availability, Barrier, Channel, Circumstances, Need, Urgency
from bot.need import NeedKind as Kind
from bot.routing import DISTANCE, Doors, RoutingPolicy, decide_route

Word = Barrier | Adjustment
Said = frozenset[Word]
WORDS: tuple[Word, ...] = (*Barrier, *Adjustment)
MOST = 2
"""Words told at once: with points, two may do what neither does alone."""


def steps_back(before: RoutingPolicy, after: RoutingPolicy) -> tuple[str, ...]:
    """A sentence for each thing told (or two) with which ``after`` takes somebody less far from
    digital than ``before``. Two are named only for needs for which neither is enough."""
    found: list[str] = []
    held: dict[tuple[Said, int], set[Need]] = {}
    for said in _sets():
        for failed in _failures(before, after):
            told = _told(said, failed)
            known = {n for (s, f), ns in held.items() if s <= said and f <= failed for n in ns}
            needs = {n: _ways(n, told, before, after) for n in _needs() if n not in known}
            nearer = {n: ways for n, ways in needs.items() if ways}
            if nearer:
                held[said, failed] = set(nearer)
                found.append(_sentence(said, failed, nearer))
    return tuple(found)


def _sets() -> Iterator[Said]:
    for size in range(MOST + 1):
        yield from map(frozenset, combinations(WORDS, size))


def _needs() -> Iterator[Need]:
    for kind in Kind:
        for urgency in Urgency:
            yield Need(kind=kind, urgency=urgency)


def _failures(*policies: RoutingPolicy) -> list[int]:
    lines = [r for p in policies for r in (*p.rules, *(w.when for w in p.weights))]
    return sorted({0, *(line.failed_turns for line in lines if line.failed_turns is not None)})


def _told(said: Said, failed: int) -> Circumstances:
    return Circumstances(
        barriers=frozenset(w for w in said if isinstance(w, Barrier)),
        adjustments=frozenset(w for w in said if isinstance(w, Adjustment)),
        failed_turns=failed,
    )


def _ways(
    need: Need, told: Circumstances, before: RoutingPolicy, after: RoutingPolicy
) -> tuple[Channel, Channel] | None:
    """The channels of both policies, where the second is nearer to digital."""
    was, now = (
        decide_route(need, told, Availability(), Doors(), policy).channel
        for policy in (before, after)
    )
    return (was, now) if DISTANCE[now] < DISTANCE[was] else None


def _sentence(said: Said, failed: int, nearer: dict[Need, tuple[Channel, Channel]]) -> str:
    words = " and ".join(sorted(w.value for w in said))
    who = f"who tells us {words}" if words else "who tells us of no difficulty"
    times = f" and was not understood {failed} times" if failed else ""
    need, (was, now) = next(iter(nearer.items()))
    more = f" (and {len(nearer) - 1} more kinds of need)" if len(nearer) > 1 else ""
    return (
        f"{who}{times} is sent to {now.value}, not {was.value} as now: "
        f"{need.kind.value}, {need.urgency.value} need{more}"
    )
