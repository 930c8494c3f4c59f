"""Read the council's routing policy, ``bot/routing_policy.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from bot.files.yaml_lines import Place, YamlFile, read_yaml
from bot.need import Adjustment, Barrier, Channel, NeedKind, Urgency
from bot.routing import RoutingPolicy, Rule

_Word = TypeVar("_Word", bound=Enum)

_TOP = ("version", "long_wait_minutes", "rules")
_CONDITIONS = ("barriers", "adjustments", "kinds", "urgencies", "failed_turns")


def load_policy(path: Path) -> RoutingPolicy:
    """The policy in ``path``. Raises BadFile naming the line at fault and the remedy."""
    file = read_yaml(path)
    data = _block(file, file.data, ())
    _known_keys(file, data, (), _TOP)
    return RoutingPolicy(
        version=_version(file, data),
        rules=tuple(_rule(file, number, rule) for number, rule in enumerate(_rules(file, data))),
        long_wait_minutes=_whole(file, data, ("long_wait_minutes",), 20),
    )


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


def _rule(file: YamlFile, number: int, data: Any) -> Rule:
    place: Place = ("rules", number)
    rule = _block(file, data, place)
    _known_keys(file, rule, place, ("at_least", *_CONDITIONS))
    if all(rule.get(condition) in (None, []) for condition in _CONDITIONS):
        raise file.bad(place, "the rule has no condition", f"Add one of: {', '.join(_CONDITIONS)}.")
    failed = (*place, "failed_turns")
    return Rule(
        at_least=_channel(file, rule, place),
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
