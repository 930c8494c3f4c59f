"""What a message names: postcode, address, UPRN, references, dates, times, money, phone, email.

Digits of every script are read as 0 to 9. Shapes are found by patterns, what is said in words by
spaCy's rules (entity_words.py), streets by addresses.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.addresses import find_addresses
from nlu.components.entity_shapes import find_by_shape
from nlu.components.entity_words import Found, find_by_words, rules
from nlu.components.tokens import fold_digits

EXTRACTOR = "UkEntities"
LONGEST = 2000
"""Characters of a message that are read."""


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
        """There is nothing to set. spaCy is loaded now, not at the first message."""
        rules()
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
    for name, (start, end), value in _candidates(text[:LONGEST]):
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            place = {"start": start, "end": end, "extractor": EXTRACTOR}
            found.append({"entity": name, "value": value, **place})
    return sorted(found, key=lambda entity: entity["start"])


def _candidates(text: str) -> Iterator[Found]:
    """The surest kind first."""
    read = fold_digits(text)
    yield from find_by_shape(read)
    for start, end in find_addresses(read):
        yield "address", (start, end), text[start:end]
    yield from find_by_words(read)
