"""Decide which channel will really work for this citizen, and say why.

The decision is a *floor*: every rule that fits says how far from digital the
citizen must at least be taken, and the furthest floor wins. Adding a barrier,
an adjustment or a failed turn can only add floors, so it can never make the
decision more digital (the ratchet). The citizen's own choice replaces the
floor; danger to life replaces everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.need import (
    Adjustment,
    Availability,
    Barrier,
    Channel,
    Circumstances,
    Need,
    NeedKind,
    Urgency,
)

DISTANCE = {Channel.DIGITAL: 0, Channel.ASSISTED: 1, Channel.FACE_TO_FACE: 2}
"""How far a channel is from digital: the order the ratchet works on."""


@dataclass(frozen=True)
class Doors:
    """The way in that a service card offers on each channel; ``digital`` may be shut."""

    digital: str | None = "answer"
    assisted: str = "talk_to_person"
    face_to_face: str = "library_hub"


@dataclass(frozen=True)
class Rule:
    """One line of the council's policy: when any of these holds, go at least this far."""

    at_least: Channel
    barriers: frozenset[Barrier] = field(default_factory=frozenset)
    adjustments: frozenset[Adjustment] = field(default_factory=frozenset)
    kinds: frozenset[NeedKind] = field(default_factory=frozenset)
    urgencies: frozenset[Urgency] = field(default_factory=frozenset)
    failed_turns: int | None = None

    def reasons(self, need: Need, circumstances: Circumstances) -> list[str]:
        """The reason codes for which this rule fits; none when it does not."""
        found = [f"barrier_{b.value}" for b in self.barriers & circumstances.barriers]
        found += [f"citizen_asked_{a.value}" for a in self.adjustments & circumstances.adjustments]
        found += [f"need_{need.kind.value}"] if need.kind in self.kinds else []
        found += [f"need_{need.urgency.value}"] if need.urgency in self.urgencies else []
        if self.failed_turns is not None and circumstances.failed_turns >= self.failed_turns:
            found.append("unsure_failed_turns")
        return sorted(found)


@dataclass(frozen=True)
class Weight:
    """One line of points: when any of these holds, so many points towards a person. Points
    are added up; fewer than nought only where ``bot.policy_check`` finds no harm in it."""

    points: int
    when: Rule


@dataclass(frozen=True)
class RoutingPolicy:
    """The council's own rules. ``long_wait_minutes``: past it a call back is the better way.
    ``assisted_from`` and ``face_to_face_from``: points from which a citizen is taken at least
    so far; None where points do not lead there."""

    version: str
    rules: tuple[Rule, ...] = ()
    long_wait_minutes: int = 20
    weights: tuple[Weight, ...] = ()
    assisted_from: int | None = None
    face_to_face_from: int | None = None


@dataclass(frozen=True)
class Way:
    """A channel and the way to be served on it."""

    channel: Channel
    way: str

    def as_json(self) -> dict[str, str]:
        """``{"channel", "way"}``."""
        return {"channel": self.channel.value, "way": self.way}


@dataclass(frozen=True)
class RoutingDecision:
    """Where to send the citizen, why, and what else they may choose instead."""

    channel: Channel
    way: str
    reasons: tuple[str, ...]
    alternatives: tuple[Way, ...]
    policy_version: str

    def as_json(self) -> dict[str, Any]:
        """The ``route`` object of the API."""
        return {
            "channel": self.channel.value,
            "way": self.way,
            "reasons": list(self.reasons),
            "alternatives": [a.as_json() for a in self.alternatives],
            "policy_version": self.policy_version,
        }


def decide_route(
    need: Need,
    circumstances: Circumstances,
    availability: Availability,
    doors: Doors,
    policy: RoutingPolicy,
    *,
    danger: bool = False,
) -> RoutingDecision:
    """The channel and way for this need, with reasons and the other channels on offer.

    Pure: the same arguments always give the same decision. ``danger`` is set by the
    safety check, before any assistant runs. Language is not looked at.
    """
    channel, reasons = _channel(need, circumstances, doors, policy, danger)
    ways = {c: _way(c, circumstances, availability, doors, policy) for c in Channel}
    if danger:
        ways[Channel.ASSISTED] = ("urgent_person", ())
    way, way_reasons = ways[channel]
    others = [Way(c, ways[c][0]) for c in Channel if c is not channel and ways[c][0]]
    return RoutingDecision(
        channel=channel,
        way=way,
        reasons=tuple(dict.fromkeys((*reasons, *way_reasons))),
        alternatives=tuple(others),
        policy_version=policy.version,
    )


def _channel(
    need: Need,
    circumstances: Circumstances,
    doors: Doors,
    policy: RoutingPolicy,
    danger: bool,
) -> tuple[Channel, list[str]]:
    if danger:
        return Channel.ASSISTED, ["safety_danger"]
    asked = circumstances.asked_channel
    if asked and not (asked is Channel.DIGITAL and doors.digital is None):
        return asked, [f"citizen_asked_{asked.value}"]
    return _furthest(_floors(need, circumstances, doors, policy))


def _floors(
    need: Need, circumstances: Circumstances, doors: Doors, policy: RoutingPolicy
) -> Iterable[tuple[Channel, list[str]]]:
    if doors.digital is None:
        yield Channel.ASSISTED, ["need_not_online"]
    for rule in policy.rules:
        reasons = rule.reasons(need, circumstances)
        if reasons:
            yield rule.at_least, reasons
    yield from _by_points(need, circumstances, policy)


def _by_points(
    need: Need, circumstances: Circumstances, policy: RoutingPolicy
) -> Iterable[tuple[Channel, list[str]]]:
    """The floor that the points add up to. Its reasons are those that gave points."""
    points, why = 0, []
    for weight in policy.weights:
        reasons = weight.when.reasons(need, circumstances)
        if reasons:
            points += weight.points
            why += reasons if weight.points > 0 else []
    for start, channel in (
        (policy.face_to_face_from, Channel.FACE_TO_FACE),
        (policy.assisted_from, Channel.ASSISTED),
    ):
        if start is not None and points >= start:
            yield channel, why
            return


def _furthest(floors: Iterable[tuple[Channel, list[str]]]) -> tuple[Channel, list[str]]:
    """The furthest floor, with the reasons of every rule that led at least that far."""
    fitting = list(floors)
    if not fitting:
        return Channel.DIGITAL, ["need_served_online"]
    furthest = max((channel for channel, _ in fitting), key=DISTANCE.__getitem__)
    return furthest, [r for channel, rs in fitting if channel is furthest for r in rs]


def _way(
    channel: Channel,
    circumstances: Circumstances,
    availability: Availability,
    doors: Doors,
    policy: RoutingPolicy,
) -> tuple[str, tuple[str, ...]]:
    """The way on ``channel`` that is open now, and why it differs from the card's, if it does."""
    if channel is Channel.DIGITAL:
        return doors.digital or "", ()
    if channel is Channel.ASSISTED:
        return _assisted_way(circumstances, availability, doors, policy)
    if Adjustment.HOME_VISIT in circumstances.adjustments:
        return "home_visit", ("citizen_asked_home_visit",)
    if not availability.places_near and not availability.appointments_free:
        return "home_visit", ("availability_no_place_near",)
    return doors.face_to_face, ()


def _assisted_way(
    circumstances: Circumstances,
    availability: Availability,
    doors: Doors,
    policy: RoutingPolicy,
) -> tuple[str, tuple[str, ...]]:
    no_calls = bool(
        Barrier.CANNOT_USE_PHONE in circumstances.barriers
        or circumstances.adjustments & {Adjustment.BSL, Adjustment.TEXT_RELAY}
    )
    if not availability.contact_centre_open:
        return ("leave_message" if no_calls else "call_back"), ("availability_closed",)
    wait = availability.queue_wait_minutes
    if wait is not None and wait > policy.long_wait_minutes and not no_calls:
        return "call_back", ("availability_long_wait",)
    if no_calls and doors.assisted == "call_back":
        return "talk_to_person", ()
    return doors.assisted, ()
