"""Which language a message is in, learned from the training phrases of each language.

Careful rather than quick to change: a language the citizen chose stays; a text too short to
tell, or made of names and addresses, stays in the language of the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.linear_text import Array, Features, LinearText, confidences, train
from nlu.components.ngrams import plain

LANGUAGE, CONFIDENCE = "language", "language_confidence"
DEFAULT = "en"

NAMES = frozenset(
    ("address", "case_reference", "email", "phone", "postcode", "uprn", "vehicle_registration")
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Named in ``config.yml``, after the entities and before the intents.

    ``sure``: the confidence needed to change language; ``sure_when_short``: the same for a
    text of fewer than ``few_words`` words. A text of fewer than ``few_letters`` letters never
    changes it: "na" is Welsh, and also what English speakers type. ``likelier`` is enough where the
    language so far is less likely than ``unlikely``: in doubt between Urdu and Punjabi, it is not
    English.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings when ``config.yml`` names none."""
        return {
            "sure": 0.8,
            "sure_when_short": 0.94,
            "few_words": 3,
            "few_letters": 4,
            "likelier": 0.5,
            "unlikely": 0.1,
        }

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearText | None = None,
    ) -> None:
        self.config, self.model = config, model
        self._storage, self._resource = storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentifier:
        """Made before training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> LanguageIdentifier:
        """Made from what training kept."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearText.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every phrase; each carries its folder's language."""
        examples = [e for e in training_data.training_examples if e.get(TEXT)]
        languages = [str(e.get(LANGUAGE) or DEFAULT) for e in examples]
        features = Features(shortest=1, longest=4, words=1, word_weight=0.5)
        texts = [str(e.get(TEXT)) for e in examples]
        self.model = train(texts, languages, features)
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``language`` and ``language_confidence`` on each message."""
        for message in messages:
            language, sure = self._language(message)
            message.set(LANGUAGE, language, add_to_output=True)
            message.set(CONFIDENCE, sure, add_to_output=True)
        return messages

    def _language(self, message: Message) -> tuple[str, float]:
        metadata = message.get("metadata") or {}
        known = metadata.get("language") or None
        if known and metadata.get("language_chosen"):
            return str(known), 1.0
        text = str(message.get(TEXT) or "")
        if text.startswith("/") or self.model is None:
            return str(known or DEFAULT), 0.0
        return self._guess(without_names(text, message.get(ENTITIES) or []), known, self.model)

    def _guess(self, text: str, known: Any, model: LinearText) -> tuple[str, float]:
        words = [word for word in plain(text).split() if word != "0"]
        if sum(map(len, words)) < self.config["few_letters"]:
            return str(known or DEFAULT), 0.0
        sure = confidences(model.scores(text))
        guess, confidence = model.labels[int(sure.argmax())], float(sure.max())
        short = len(words) < self.config["few_words"]
        needed = self.config["sure_when_short" if short else "sure"]
        if confidence >= needed or guess == known:
            return guess, confidence
        if not short and self._is_another(sure, model.labels, str(known or DEFAULT)):
            return guess, confidence
        return str(known or DEFAULT), confidence

    def _is_another(self, sure: Array, labels: Sequence[str], so_far: str) -> bool:
        """Whether some other language is likelier than not, and the one so far is unlikely."""
        still = sum(share for label, share in zip(labels, sure, strict=True) if label == so_far)
        return bool(sure.max() >= self.config["likelier"] and still < self.config["unlikely"])


def without_names(text: str, entities: list[Mapping[str, Any]]) -> str:
    """The text with postcodes, streets and the like taken out: they tell no language. The words
    of a date or a sum do."""
    named = [entity for entity in entities if entity.get("entity") in NAMES]
    for entity in sorted(named, key=lambda e: -int(e.get("start") or 0)):
        text = f"{text[: entity.get('start')]} {text[entity.get('end', 0) :]}"
    return text
