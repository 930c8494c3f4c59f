"""Which intent a message carries: letters and words, multinomial logistic regression.

Confidences are calibrated by language; a message whose best confidence is below
``threshold`` becomes ``nlu_fallback`` and keeps its candidates in ``intent_ranking``.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.calibration import ALL, temperatures, unseen_scores
from nlu.components.linear_text import Features, LinearText, confidences, train
from nlu.components.store import read_settings, write_settings

LANGUAGE, RANKING = "language", "intent_ranking"
FALLBACK = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Named in ``config.yml``.

    ``strength``: how far the phrases are trusted. ``threshold``: the lowest confidence that is
    acted on. ``folds``: rounds of calibration. ``ranked``: candidates that are kept.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings when ``config.yml`` names none."""
        return {"strength": 10.0, "threshold": 0.3, "folds": 3, "ranked": 10}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearText | None = None,
        heat: dict[str, float] | None = None,
    ) -> None:
        self.config, self.model, self.heat = config, model, heat or {ALL: 1.0}
        self._storage, self._resource = storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
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
    ) -> IntentClassifier:
        """Made from what training kept."""
        with model_storage.read_from(resource) as folder:
            model, heat = LinearText.load(folder), read_settings(folder)["temperatures"]
        return cls(config, model_storage, resource, model, heat)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every phrase that has a text and an intent."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        texts = [str(e.get(TEXT)) for e in examples]
        labels = [str(e.get(INTENT)) for e in examples]
        features, strength = Features(words=1, word_weight=0.5), float(self.config["strength"])
        scores, truth = unseen_scores(texts, labels, features, strength, self.config["folds"])
        self.heat = temperatures(scores, truth, [str(e.get(LANGUAGE) or ALL) for e in examples])
        self.model = train(texts, labels, features, strength)
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
            write_settings(folder, {"temperatures": self.heat})
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``intent`` and ``intent_ranking``. Payloads (``/intent``) are Rasa's to read."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/") and self.model is not None:
                self._understand(message, str(text), self.model)
        return messages

    def _understand(self, message: Message, text: str, model: LinearText) -> None:
        heat = self.heat.get(str(message.get(LANGUAGE)), self.heat[ALL])
        sure = confidences(model.scores(text), heat)
        best = sure.argsort()[::-1][: self.config["ranked"]]
        ranking = [{"name": model.labels[i], "confidence": float(sure[i])} for i in best]
        intent = dict(ranking[0])
        if intent["confidence"] < self.config["threshold"] or not _has_letters(text):
            intent["name"] = FALLBACK
        message.set(INTENT, intent, add_to_output=True)
        message.set(RANKING, ranking, add_to_output=True)


def _has_letters(text: str) -> bool:
    """Emoji, signs and bare numbers say nothing of what is wanted."""
    return any(character.isalpha() for character in text)
