"""Rasa's RulePolicy, without holding every rule against every message.

Fairway has a rule an intent, and Rasa 3.6 walks through all of them twice a turn: with 230
intents that took longer than all the rest of the dialogue. Here only those rules are tried whose
last step has the message's intent, or none. What is predicted is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.nlu.constants import INTENT

Keys = dict[str, list[str]]
ANY = ""
"""Stands for rules whose last step does not ask for an intent."""


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class QuickRules(RulePolicy):
    """Named in ``config.yml`` in RulePolicy's place, with its settings."""

    def _get_possible_keys(self, lookup: dict[str, str], states: list[Any]) -> set[str]:
        if not states:
            return set(super()._get_possible_keys(lookup, states))
        by_intent = self._by_intent(lookup)
        intent = (states[-1].get(USER) or {}).get(INTENT) or ANY
        keys = {*by_intent.get(intent, ()), *by_intent.get(ANY, ())}
        return set(super()._get_possible_keys({key: lookup[key] for key in keys}, states))

    def _by_intent(self, lookup: Mapping[str, str]) -> Keys:
        """Intent → keys of the rules; made again while training adds rules."""
        held: dict[int, tuple[int, Keys]] = self.__dict__.setdefault("_held", {})
        count, keys = held.get(id(lookup), (-1, {}))
        if count != len(lookup):
            keys = defaultdict(list)
            for key in lookup:
                keys[self._intent_of(key)].append(key)
            held[id(lookup)] = len(lookup), keys
        return keys

    def _intent_of(self, key: str) -> str:
        """The intent without which the rule cannot fit. A rule that may begin a conversation
        is held against everything: there Rasa does not look at the intent."""
        last = self._rule_key_to_state(key)[-1]
        intent = (last.get(USER) or {}).get(INTENT)
        asks = last.get(PREVIOUS_ACTION) and intent and intent != SHOULD_NOT_BE_SET
        return str(intent) if asks else ANY
