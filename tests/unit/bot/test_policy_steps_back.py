"""Nobody is taken nearer to digital by a new policy without its being said."""

from bot.need import Adjustment, Barrier, Channel, NeedKind, Urgency
from bot.policy_steps_back import steps_back
from bot.routing import RoutingPolicy, Rule, Weight


def rule(**when):
    return Rule(Channel.ASSISTED, **{k: frozenset(v) for k, v in when.items()})


def policy(*rules, **more):
    return RoutingPolicy("t", rules, **more)


def test_every_barrier_adjustment_kind_and_urgency_is_compared():
    for name, words in {"barriers": Barrier, "adjustments": Adjustment}.items():
        for word in words:
            (said,) = steps_back(policy(rule(**{name: {word}})), policy())
            assert f"who tells us {word.value} is sent to digital, not assisted" in said
            assert "and 8 more kinds of need" in said
    for name, words in {"kinds": NeedKind, "urgencies": Urgency}.items():
        for word in words:
            (said,) = steps_back(policy(rule(**{name: {word}})), policy())
            assert word.value in said and "no difficulty" in said


def test_further_from_digital_is_no_step_back():
    kinder = policy(rule(barriers=set(Barrier), adjustments=set(Adjustment)))
    assert steps_back(policy(), kinder) == () == steps_back(kinder, kinder)


def test_what_two_did_together_is_missed():
    points = (
        Weight(2, rule(barriers={Barrier.NO_DATA})),
        Weight(2, rule(adjustments={Adjustment.MORE_TIME})),
    )
    before = policy(weights=points, assisted_from=4)
    (said,) = steps_back(before, policy(weights=points, assisted_from=5))
    assert "who tells us more_time and no_data is sent to digital" in said


def test_misunderstandings_that_a_policy_names_are_compared():
    once = policy(Rule(Channel.ASSISTED, failed_turns=1))
    (said,) = steps_back(once, policy(Rule(Channel.ASSISTED, failed_turns=2)))
    assert "was not understood 1 times is sent to digital" in said
