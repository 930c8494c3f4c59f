"""Say in plain words what a JSON Schema found wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft7Validator

from bot.errors import BadFile
from bot.files.yaml_lines import Place, YamlFile

_TYPES = {
    "object": "a block of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def check(file: YamlFile, schema: Mapping[str, Any]) -> None:
    """Raise BadFile for the first thing, from the top, that breaks ``schema``.

    A misspelt key comes before the key that is missing because of it.
    """
    found = [
        (error.validator != "additionalProperties", _explain(file, error))
        for error in Draft7Validator(schema).iter_errors(file.data)
    ]
    if found:
        raise min(found, key=lambda each: (each[0], each[1].line or 0))[1]


def _explain(file: YamlFile, error: Any) -> BadFile:
    place = tuple(error.absolute_path)
    name = ".".join(str(key) for key in place) or "the file"
    if error.validator == "additionalProperties" and error.validator_value is False:
        return _unknown_key(file, error, place)
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        where = f" under {name}" if place else ""
        return file.bad(place, f"{missing!r} is missing{where}", f"Add  {missing}: …")
    if error.validator == "enum":
        return file.bad(place, *_not_a_choice(name, error))
    if error.validator == "type":
        wanted = _TYPES.get(str(error.validator_value), str(error.validator_value))
        return file.bad(place, f"{name} must be {wanted}", f"It is {_short(error.instance)}.")
    if error.validator == "pattern":
        problem = f"{name}: {_short(error.instance)} is not written as it should be"
        return file.bad(place, problem, f"It must match {error.validator_value}")
    return file.bad(place, f"{name}: {error.message[:120]}", "See bot/files/card.schema.json.")


def _unknown_key(file: YamlFile, error: Any, place: Place) -> BadFile:
    known = list(error.schema.get("properties", {}))
    key = next(str(k) for k in error.instance if k not in known)
    return file.bad((*place, key), f"unknown key {key!r}", _did_you_mean(key, known))


def _not_a_choice(name: str, error: Any) -> tuple[str, str]:
    choices = [str(choice) for choice in error.validator_value]
    problem = f"{name} cannot be {_short(error.instance)}"
    return problem, _did_you_mean(str(error.instance), choices)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    choices = list(known)
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    start = f"Did you mean {near[0]!r}? " if near else ""
    return f"{start}Use one of: {', '.join(choices)}."


def _short(value: Any) -> str:
    return repr(value) if isinstance(value, str | int | float | bool) else "a block"
