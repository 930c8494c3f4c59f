"""Read the council's routing policy, ``bot/routing_policy.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from bot.files.yaml_lines import Place, YamlFile, read_yaml
from bot.need import Adjustment, Barrier, Channel, NeedKind, Urgency
from bot.policy_check import find_breach
from bot.routing import RoutingPolicy, Rule, Weight

_Word = TypeVar("_Word", bound=Enum)

_TOP = (
    "version",
    "long_wait_minutes",
    "rules",
    "weights",
    "assisted_from",
    "face_to_face_from",
)
_CONDITIONS = ("barriers", "adjustments", "kinds", "urgencies", "failed_turns")


def load_policy(path: Path) -> RoutingPolicy:
    """The policy in ``path``. Raises BadFile naming the line at fault and the remedy; a policy
    that breaks a safeguard is refused with a citizen for whom it would."""
    file = read_yaml(path)
    data = _block(file, file.data, ())
    _known_keys(file, data, (), _TOP)
    policy = RoutingPolicy(
        version=_version(file, data),
        rules=tuple(_rule(file, number, rule) for number, rule in enumerate(_rules(file, data))),
        long_wait_minutes=_whole(file, data, ("long_wait_minutes",), 20),
        weights=tuple(_weight(file, n, line) for n, line in enumerate(_weights(file, data))),
        assisted_from=_points_from(file, data, "assisted_from"),
        face_to_face_from=_points_from(file, data, "face_to_face_from"),
    )
    _check_points(file, policy)
    breach = find_breach(policy)
    if breach:
        problem = f"the policy breaks a safeguard ({breach.safeguard}): {breach.example}"
        place = ("weights",) if policy.weights else ("rules",)
        raise file.bad(place, problem, "Change the rules until nobody is treated like that.")
    return policy


def _version(file: YamlFile, data: Mapping[str, Any]) -> str:
    version = data.get("version")
    if not isinstance(version, str) or not version.strip():
        remedy = 'Write  version: "2026-11-23.1"  and raise it with every change.'
        raise file.bad(("version",), "the policy has no version", remedy)
    return version


def _rules(file: YamlFile, data: Mapping[str, Any]) -> list[Any]:
    rules = data.get("rules")
    if not isinstance(rules, list) or not rules:
        remedy = "Write at least one rule:  rules: then  - at_least: assisted."
        raise file.bad(("rules",), "the policy has no rules", remedy)
    return rules


def _weights(file: YamlFile, data: Mapping[str, Any]) -> list[Any]:
    weights = data.get("weights") or []
    if not isinstance(weights, list):
        raise file.bad(("weights",), "weights must be a list", "Write  - points: 2  and when.")
    return weights


def _weight(file: YamlFile, number: int, data: Any) -> Weight:
    place: Place = ("weights", number)
    line = _block(file, data, place)
    _known_keys(file, line, place, ("points", *_CONDITIONS))
    points = line.get("points")
    if not isinstance(points, int) or isinstance(points, bool) or not -100 <= points <= 100:
        problem = "points must be a whole number from -100 to 100"
        raise file.bad((*place, "points"), problem, "Write  points: 2.")
    return Weight(points, _conditions(file, line, place))


def _points_from(file: YamlFile, data: Mapping[str, Any], name: str) -> int | None:
    return _whole(file, data, (name,), 1) if name in data else None


def _check_points(file: YamlFile, policy: RoutingPolicy) -> None:
    near, far = policy.assisted_from, policy.face_to_face_from
    if policy.weights and near is None and far is None:
        remedy = "Add  assisted_from: 3  (the points from which a person is offered)."
        raise file.bad(("weights",), "the points lead nowhere", remedy)
    if near is not None and far is not None and far < near:
        problem = "face_to_face_from is less than assisted_from"
        raise file.bad(("face_to_face_from",), problem, "More points lead further: swap them.")


def _rule(file: YamlFile, number: int, data: Any) -> Rule:
    place: Place = ("rules", number)
    rule = _block(file, data, place)
    _known_keys(file, rule, place, ("at_least", *_CONDITIONS))
    conditions = _conditions(file, rule, place)
    return replace(conditions, at_least=_channel(file, rule, place))


def _conditions(file: YamlFile, rule: Mapping[str, Any], place: Place) -> Rule:
    """When a line holds; how far it leads is set by whoever asks."""
    if all(rule.get(condition) in (None, []) for condition in _CONDITIONS):
        raise file.bad(place, "the rule has no condition", f"Add one of: {', '.join(_CONDITIONS)}.")
    failed = (*place, "failed_turns")
    return Rule(
        at_least=Channel.DIGITAL,
        barriers=_words(file, rule, (*place, "barriers"), Barrier),
        adjustments=_words(file, rule, (*place, "adjustments"), Adjustment),
        kinds=_words(file, rule, (*place, "kinds"), NeedKind),
        urgencies=_words(file, rule, (*place, "urgencies"), Urgency),
        failed_turns=_whole(file, rule, failed, 1) if "failed_turns" in rule else None,
    )


def _channel(file: YamlFile, rule: Mapping[str, Any], place: Place) -> Channel:
    if "at_least" not in rule:
        raise file.bad(place, "the rule has no at_least", "Add  at_least: assisted.")
    return _word(file, rule["at_least"], (*place, "at_least"), Channel)


def _words(
    file: YamlFile, rule: Mapping[str, Any], place: Place, words: type[_Word]
) -> frozenset[_Word]:
    given = rule.get(place[-1])
    if given is None:
        return frozenset()
    if not isinstance(given, list):
        raise file.bad(place, f"{place[-1]} must be a list", f"Write  {place[-1]}: [one, two].")
    return frozenset(_word(file, one, (*place, n), words) for n, one in enumerate(given))


def _word(file: YamlFile, given: Any, place: Place, words: type[_Word]) -> _Word:
    try:
        return words(given)
    except ValueError as error:
        allowed = ", ".join(word.value for word in words)
        raise file.bad(place, f"unknown word {given!r}", f"Use one of: {allowed}.") from error


def _whole(file: YamlFile, data: Mapping[str, Any], place: Place, otherwise: int) -> int:
    value = data.get(place[-1], otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        problem = f"{place[-1]} must be a whole number from 1"
        raise file.bad(place, problem, f"Write  {place[-1]}: {otherwise}.")
    return value


def _block(file: YamlFile, data: Any, place: Place) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise file.bad(place, "this must be a block of keys", "See bot/routing_policy.yml.")
    return data


def _known_keys(
    file: YamlFile, data: Mapping[str, Any], place: Place, known: tuple[str, ...]
) -> None:
    for key in data:
        if key not in known:
            remedy = f"Use one of: {', '.join(known)}."
            raise file.bad((*place, key), f"unknown key {key!r}", remedy)
