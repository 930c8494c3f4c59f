"""The quick rules find what Rasa's own policy finds."""

import json
import random

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import SHOULD_NOT_BE_SET

from bot.rasa.quick_rules import QuickRules

INTENTS = ["service_pothole", "human", "thanks", "nlu_fallback"]
ACTIONS = ["action_listen", "action_serve_citizen", "action_come_in"]


def state(chance: random.Random, rule: bool = False) -> dict:
    made: dict = {}
    if chance.random() < 0.9:
        made["prev_action"] = {"action_name": chance.choice(ACTIONS)}
    if chance.random() < 0.8:
        made["user"] = {"intent": chance.choice(INTENTS)}
    if rule and chance.random() < 0.1:
        made["user"] = {"intent": SHOULD_NOT_BE_SET}
    if chance.random() < 0.2:
        made["slots"] = {"form": (1.0,)}
    return made


def both(policy: type[RulePolicy], lookup: dict, states: list) -> set:
    return policy.__new__(policy)._get_possible_keys(lookup, states)


def test_the_same_rules_fit_whatever_the_conversation():
    chance = random.Random(3)
    found = 0
    for _ in range(400):
        rules = [[state(chance, rule=True) for _ in range(chance.choice([1, 1, 2]))]
                 for _ in range(12)]  # fmt: skip
        lookup = {json.dumps(rule): chance.choice(ACTIONS) for rule in rules}
        states = [state(chance) for _ in range(chance.randrange(4))]
        fit = both(RulePolicy, lookup, states)
        assert both(QuickRules, lookup, states) == fit
        found += bool(fit)
    assert found > 40


def test_rules_added_later_are_found():
    policy = QuickRules.__new__(QuickRules)
    rule = {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "human"}}
    lookup = {json.dumps([rule]): "action_come_in"}
    assert policy._get_possible_keys(lookup, [rule]) == set(lookup)
    other = {**rule, "user": {"intent": "thanks"}}
    lookup[json.dumps([other])] = "action_listen"
    assert policy._get_possible_keys(lookup, [other]) == {json.dumps([other])}
