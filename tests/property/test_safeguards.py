"""The eight safeguards over ten thousand citizens, policies and circumstances, all at once; and
that a policy which breaks one is found out.

A situation is made from one number, which is quick: a failing number gives the same one again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

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
from bot.policy_check import find_breach
from bot.routing import DISTANCE, Doors, RoutingDecision, RoutingPolicy, Rule, Weight, decide_route

FURTHER = (Channel.ASSISTED, Channel.FACE_TO_FACE)
PATIENT = Rule(Channel.ASSISTED, failed_turns=2)


@dataclass(frozen=True)
class Situation:
    """A citizen, what is open, the doors of a service, and a council's policy."""

    need: Need
    told: Circumstances
    open_now: Availability
    doors: Doors
    policy: RoutingPolicy

    def decide(self, told: Circumstances | None = None, danger: bool = False) -> RoutingDecision:
        told = told or self.told
        return decide_route(self.need, told, self.open_now, self.doors, self.policy, danger=danger)


def some(dice: Random, words: type, likely: float = 0.2) -> frozenset:
    return frozenset(word for word in words if dice.random() < likely)


def a_rule(dice: Random, at_least: Channel) -> Rule:
    failed = dice.choice([None, None, 1, 2, 3])
    rule = Rule(
        at_least,
        some(dice, Barrier),
        some(dice, Adjustment),
        some(dice, NeedKind, 0.15),
        some(dice, Urgency, 0.15),
        failed,
    )
    return rule


def a_policy(dice: Random, lowest: int = 0) -> RoutingPolicy:
    rules = tuple(a_rule(dice, dice.choice(FURTHER)) for _ in range(dice.randrange(4)))
    lines = range(dice.randrange(5))
    weights = tuple(Weight(dice.randint(lowest, 4), a_rule(dice, Channel.DIGITAL)) for _ in lines)
    near = dice.choice([None, 1, 2, 3, 4])
    far = dice.choice([None, 5, 7])
    return RoutingPolicy("generated", (PATIENT, *rules), dice.randint(1, 60), weights, near, far)


def a_situation(number: int) -> Situation:
    dice = Random(number)
    told = Circumstances(
        dice.choice([None, None, *Channel]),
        some(dice, Barrier),
        some(dice, Adjustment),
        dice.choice(["en", "cy", "ur", "so"]),
        dice.randrange(5),
    )
    open_now = Availability(
        dice.random() < 0.5,
        dice.randrange(9),
        dice.choice([None, 0, 10, 90]),
        dice.random() < 0.5,
        dice.random() < 0.5,
        dice.choice([None, "Monday 09:00"]),
    )
    doors = Doors(
        dice.choice([None, "do_it_here", "link", "answer"]),
        dice.choice(["talk_to_person", "call_back"]),
        dice.choice(["library_hub", "appointment", "home_visit"]),
    )
    need = Need(None, None, dice.choice(list(NeedKind)), dice.choice(list(Urgency)))
    return Situation(need, told, open_now, doors, a_policy(dice))


def harder(told: Circumstances) -> list[Circumstances]:
    """The same citizen with one difficulty more, each in turn."""
    return [
        *(told.with_barrier(barrier) for barrier in Barrier),
        *(told.with_adjustment(adjustment) for adjustment in Adjustment),
        replace(told, failed_turns=told.failed_turns + 1),
    ]


numbers = st.integers(0, 2**48)
ten_thousand = settings(
    max_examples=10_000,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    database=None,
)


@ten_thousand
@given(numbers)
def test_the_safeguards_hold_for_ten_thousand_situations(number: int) -> None:
    situation = a_situation(number)
    decision = situation.decide()
    asked = situation.told.asked_channel
    shut = asked is Channel.DIGITAL and situation.doors.digital is None
    # 1: the asked-for channel is granted.
    assert asked is None or shut or decision.channel is asked
    # 2: the ratchet.
    for told in Random(number).sample(harder(situation.told), 2):
        assert DISTANCE[situation.decide(told).channel] >= DISTANCE[decision.channel]
    # 3: danger outranks everything.
    danger = situation.decide(danger=True)
    assert (danger.channel, danger.way) == (Channel.ASSISTED, "urgent_person")
    # 4: nothing is digital-only, and each way is real.
    for made in (decision, danger):
        offered = {made.channel, *(way.channel for way in made.alternatives)}
        assert set(FURTHER) <= offered and all(way.way for way in made.alternatives)
        # 6: every decision says why, and by which policy.
        assert made.way and made.reasons and made.policy_version == "generated"
    # 5: language changes nothing.
    assert situation.decide(replace(situation.told, language="zh")) == decision
    # 7 and 8 are kept elsewhere: what is held can be seen (own_data) and a policy with a breach
    # is not loaded (below, and tests/unit/bot/files/test_policy.py).
    if number % 8 == 0:  # it decides for two dozen citizens: most of the time if asked each time
        assert find_breach(situation.policy) is None


@settings(max_examples=60, phases=[Phase.generate], deadline=None, database=None)
@given(numbers)
def test_a_policy_that_passes_keeps_the_ratchet_and_one_that_fails_breaks_it(number: int) -> None:
    dice = Random(number)
    policy = a_policy(dice, lowest=-3)
    breach = find_breach(policy)
    if breach and "cannot be gone through" in breach.example:
        return
    broken = [s for s in _citizens(dice, policy, 30) if _steps_back(s)]
    assert breach or not broken


def test_breaches_are_found_and_no_false_ones() -> None:
    found = {_verdict(Random(number)) for number in range(40)}
    assert found == {"kept", "broken"}


def _verdict(dice: Random) -> str:
    policy = a_policy(dice, lowest=-3)
    breach = find_breach(policy)
    if breach is None:
        return "kept"
    # The example is about somebody: among all who can be described, one does step back.
    everybody = (s for s in _citizens(dice, policy, 3_000) if _steps_back(s))
    assert "cannot be gone through" in breach.example or next(everybody, None)
    return "broken"


def _citizens(dice: Random, policy: RoutingPolicy, count: int):
    for _ in range(count):
        made = a_situation(dice.randrange(2**48))
        told = replace(made.told, asked_channel=None)
        yield replace(made, told=told, doors=Doors(), policy=policy)


def _steps_back(situation: Situation) -> bool:
    now = DISTANCE[situation.decide().channel]
    return any(DISTANCE[situation.decide(t).channel] < now for t in harder(situation.told))
