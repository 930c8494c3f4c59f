"""Postcodes, phone numbers, email addresses, street addresses and case references, by pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.addresses import find_addresses

EXTRACTOR = "UkEntities"

_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)[ ]{0,2}([0-9][ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w+])(?:\+44[ -]?(?:\(0\)[ -]?)?|0)(?:[ -]?[0-9]){9,10}(?![0-9])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,20}")
_REFERENCE = re.compile(r"(?<![\w-])[A-Z]{2,5}-?[0-9]{4,10}(?![\w-])")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class UkEntities(GraphComponent):
    """Named in ``config.yml``. Learns nothing and keeps nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UkEntities:
        """There is nothing to set."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to each message."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                found = [*message.get(ENTITIES, []), *find_entities(str(text))]
                message.set(ENTITIES, found, add_to_output=True)
        return messages


def find_entities(text: str) -> list[dict[str, Any]]:
    """``{"entity", "value", "start", "end", "extractor"}`` in the text's order; none overlap."""
    taken: list[tuple[int, int]] = []
    found = []
    for name, match, value in _matches(text[:2000]):
        start, end = match
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            place = {"start": start, "end": end, "extractor": EXTRACTOR}
            found.append({"entity": name, "value": value, **place})
    return sorted(found, key=lambda entity: entity["start"])


def _matches(text: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Candidates, the surest kind first."""
    for name, pattern, value in _PATTERNS:
        for match in pattern.finditer(text):
            yield name, match.span(), value(match)
    for start, end in find_addresses(text):
        yield "address", (start, end), text[start:end]


def _postcode(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2]}".upper()


def _phone(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
    return f"+44{digits[2:]}" if match[0].startswith("+") else f"+44{digits[1:]}"


def _as_written(match: re.Match[str]) -> str:
    return match[0]


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("email", _EMAIL, _as_written),
    ("phone", _PHONE, _phone),
    ("postcode", _POSTCODE, _postcode),
    ("case_reference", _REFERENCE, _as_written),
)
