"""Try a policy on conversations that were held: who would be routed differently?

The turn records hold no text and nobody's name; what a citizen told about getting served is all
that routing may look at, so a decision can be made again exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.need import Adjustment, Availability, Barrier, Channel, Circumstances, Need
from bot.routing import Doors, RoutingPolicy, decide_route
from bot.service_card import ServiceCard
from bot.turn_record import TurnRecord


@dataclass(frozen=True)
class Replay:
    """``conversations``: how many had a route. ``moves``: (channel now, channel then) → how
    many conversations. ``groups``: (what, which) → (how many, how many of them routed
    differently); what is language, medium, service, barrier or adjustment."""

    conversations: int = 0
    moves: Mapping[tuple[str, str], int] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many conversations would be routed differently."""
        return sum(self.moves.values())


def replay(
    records: Iterable[TurnRecord],
    cards: Mapping[str, ServiceCard],
    now: RoutingPolicy,
    then: RoutingPolicy,
) -> Replay:
    """Every routed conversation of ``records`` under both policies. A conversation counts by the
    first of its decisions that would be different, else by its last."""
    moves: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    moved: Counter[tuple[str, str]] = Counter()
    held = _by_conversation(records)
    routed = 0
    for turns in held.values():
        found = _compare(turns, cards, now, then)
        if found is None:
            continue
        routed += 1
        record, before, after = found
        for group in _groups(record):
            seen[group] += 1
            moved[group] += before is not after
        if before is not after:
            moves[before.value, after.value] += 1
    return Replay(routed, moves, {group: (n, moved[group]) for group, n in seen.items()})


def _by_conversation(records: Iterable[TurnRecord]) -> dict[str, list[TurnRecord]]:
    held: dict[str, list[TurnRecord]] = {}
    for record in records:
        held.setdefault(record.conversation_id, []).append(record)
    return {one: sorted(turns, key=lambda r: r.turn) for one, turns in held.items()}


def _compare(
    turns: list[TurnRecord],
    cards: Mapping[str, ServiceCard],
    now: RoutingPolicy,
    then: RoutingPolicy,
) -> tuple[TurnRecord, Channel, Channel] | None:
    found, failed = None, 0
    for record in turns:
        failed = failed + 1 if record.misunderstood else 0
        if record.route_channel is None or record.ending.startswith("safety_"):
            continue  # danger is dealt with before any policy
        before, after = (_channel(record, cards, failed, policy) for policy in (now, then))
        found = (record, before, after)
        if before is not after:
            break
    return found


def _channel(
    record: TurnRecord, cards: Mapping[str, ServiceCard], failed: int, policy: RoutingPolicy
) -> Channel:
    card = cards.get(record.service or "")
    told = Circumstances(
        asked_channel=Channel(record.asked_channel) if record.asked_channel else None,
        barriers=frozenset(Barrier(word) for word in record.barriers),
        adjustments=frozenset(Adjustment(word) for word in record.adjustments),
        failed_turns=failed,
    )
    need, doors = (card.need, card.doors) if card else (Need(), Doors())
    return decide_route(need, told, Availability(), doors, policy).channel


def _groups(record: TurnRecord) -> Iterable[tuple[str, str]]:
    yield "everybody", ""
    yield "language", record.language
    yield "medium", record.medium
    yield "service", record.service or "not known"
    yield from (("barrier", word) for word in record.barriers or ("none named",))
    yield from (("adjustment", word) for word in record.adjustments or ("none named",))
