"""Which intent a message carries: Rasa's face of nlu/components/intent_model.py.

Confidences are calibrated by language; a message whose best confidence is below
``threshold`` becomes ``nlu_fallback`` and keeps its candidates in ``intent_ranking``. Danger
is weighed apart: many kinds of it may each be unlikely and danger still be likely.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.intents import FALLBACK, danger_of
from nlu.components.decided import hears_danger, with_wishes
from nlu.components.early import LOSS
from nlu.components.examples import Examples, places_of_english
from nlu.components.intent_model import IntentModel
from nlu.components.intent_training import train_intents
from nlu.components.linear_text import Array
from nlu.components.store import read_settings, write_settings
from nlu.encoders.kept import encode_kept
from nlu.encoders.port import EncoderMissing, SentenceEncoder, make_encoder

LANGUAGE, RANKING = "language", "intent_ranking"
LOOKALIKE = "lookalike"
"""What the importer marks a harmless phrase with that was written to look like danger."""
FEW = 20
KEPT = 2000
"""Messages whose vectors are kept for when they are said again."""
_PREFIX = re.compile(r"^(service|crisis|elsewhere)_")
ANSWER = "answer"
"""The intent of bare answers ("High Street", "2 children"). Where nothing was asked they say
nothing of what is wanted; in a form the text counts, not the intent."""
DISMISSED = 0.5
"""The confidence needed to tell someone that no council does this: below it, ask again."""

Encoders = tuple[SentenceEncoder | None, SentenceEncoder | None]
"""That of every language, and that of English."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Named in ``config.yml``.

    ``encoder``: nano_e5, transformers:<folder> or none; ``english``: a second one, of English
    alone: mini_lm, transformers:<folder> or none. ``threshold``: the lowest confidence that is
    acted on. ``folds``: rounds of calibration. ``ranked``: candidates that are kept. ``loss``: the
    share of a way of writing English that may be understood worse for being answered early.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings when ``config.yml`` names none."""
        encoders = {"encoder": "nano_e5", "english": "mini_lm"}
        return {**encoders, "threshold": 0.2, "folds": 3, "ranked": 10, "loss": LOSS}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        encoders: Encoders,
        model: IntentModel | None = None,
    ) -> None:
        self.config, self.model = config, model
        self.encoder, self.english = encoders
        self._storage, self._resource = storage, resource
        self._kept = lru_cache(maxsize=KEPT)(self._encode_one)
        self._english_kept = lru_cache(maxsize=KEPT)(self._encode_english)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """Made before training. Raises EncoderMissing."""
        return cls(config, model_storage, resource, _encoders(config))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> IntentClassifier:
        """Made from what training kept. Raises EncoderMissing when this machine has other
        encoders than those that were trained with. A model from before there were two is used
        as it is: whoever goes back to it wants it so."""
        encoders = _encoders(config)
        with model_storage.read_from(resource) as folder:
            trained_with = read_settings(folder)["encoder"]
            if trained_with == _names(encoders[:1]):
                encoders = encoders[0], None
            if trained_with != _names(encoders):
                what = f"The model was trained with the encoder {trained_with}"
                raise EncoderMissing(f"{what}, not {_names(encoders)}", "Run fairway train.")
            return cls(config, model_storage, resource, encoders, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every phrase that has a text and an intent."""
        found = [e for e in training_data.intent_examples if e.get(TEXT)]
        found += named(found)
        texts = [str(e.get(TEXT)) for e in found]
        languages = [str(e.get(LANGUAGE) or "") for e in found]
        examples = Examples(
            texts,
            labels=[str(e.get(INTENT)) for e in found],
            languages=languages,
            vectors=encode_kept(self.encoder, texts) if self.encoder else None,
            varieties=[_variety(e) for e in found],
            lookalikes=[bool(e.get(LOOKALIKE)) for e in found],
            english=self._of_english(texts, languages),
        )
        self.model = train_intents(examples, self.config["folds"], self.config["loss"])
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
            write_settings(folder, {"encoder": _names((self.encoder, self.english))})
        return self._resource

    def _of_english(self, texts: list[str], languages: list[str]) -> Array:
        """The vectors of the encoder of English; None without it, or without English."""
        mine = [texts[i] for i in places_of_english(languages)]
        return encode_kept(self.english, mine) if self.english and mine else None

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``intent`` and ``intent_ranking``. Payloads (``/intent``) are Rasa's to read."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/") and self.model is not None:
                self._understand(message, str(text), self.model)
        return messages

    def _understand(self, message: Message, text: str, model: IntentModel) -> None:
        language = str(message.get(LANGUAGE) or "")
        read, known = model.read(text, language, self.vector_of, self._english_kept)
        sure = with_wishes(read, model.labels, language) * known
        best = sure.argsort()[::-1][: self.config["ranked"]]
        ranking = [{"name": model.labels[i], "confidence": float(sure[i])} for i in best]
        # A bare number is nobody's cry for help: what is added up over many kinds is noise then.
        said = any(character.isalpha() for character in text)
        danger = self._danger(read, model, language) if said else None
        intent = danger or dict(ranking[0])
        if not danger and (self._is_doubtful(intent) or not _says_anything(text, intent, model)):
            intent["name"] = FALLBACK
        message.set(INTENT, intent, add_to_output=True)
        message.set(RANKING, ranking, add_to_output=True)

    def _is_doubtful(self, intent: dict[str, Any]) -> bool:
        """Whether it is better to ask again: with too little confidence, an answer to nothing,
        or faint danger."""
        least = DISMISSED if intent["name"] == "out_of_scope" else float(self.config["threshold"])
        unasked = intent["name"] == ANSWER or danger_of(intent["name"])
        return bool(unasked) or intent["confidence"] < least

    def _danger(self, sure: Array, model: IntentModel, language: str) -> dict[str, Any] | None:
        """The likeliest danger, with the sum of them all, when that sum is large enough, or
        danger is the likeliest of all and not faint."""
        if not hears_danger(sure[None, :], model.labels, model.danger_from(language))[0]:
            return None
        dangers = model.dangers
        likely = float(sum(sure[i] for i in dangers))
        return {"name": model.labels[max(dangers, key=lambda i: sure[i])], "confidence": likely}

    def vector_of(self, text: str) -> Array:
        """The encoder's vector of a message, kept for the next to ask; None without an encoder."""
        return self._kept(text)

    def _encode_english(self, text: str) -> Array:
        return self.english.encode([text])[0] if self.english else None

    def _encode_one(self, text: str) -> Array:
        return self.encoder.encode([text])[0] if self.encoder else None


def named(examples: list[Message]) -> list[Message]:
    """The name of each intent that has few phrases, as one phrase more: it says something."""
    counts = Counter(str(e.get(INTENT)) for e in examples)
    few = sorted(intent for intent, count in counts.items() if count < FEW)
    plain = ((_PREFIX.sub("", intent).replace("_", " ").strip(), intent) for intent in few)
    return [Message.build(text, intent=intent) for text, intent in plain if text]


def _encoders(config: dict[str, Any]) -> Encoders:
    """The two; that of English only beside the other. Raises EncoderMissing."""
    encoder = make_encoder(config["encoder"])
    return encoder, make_encoder(config["english"]) if encoder else None


def _names(encoders: tuple[SentenceEncoder | None, ...]) -> str:
    return " and ".join(one.name for one in encoders if one) or "none"


def _variety(example: Message) -> str:
    """The way of writing that the phrase file names for its block, where it names one."""
    intent = (example.get("metadata") or {}).get("intent")
    return str(intent.get("variety") or "") if isinstance(intent, dict) else ""


def _says_anything(text: str, intent: dict[str, Any], model: IntentModel) -> bool:
    """Emoji, signs and bare numbers say nothing of what is wanted, nor do keys hit at random:
    nobody is told that no council does this, but asked again, and twice is a person's case."""
    if not any(character.isalpha() for character in text):
        return False
    return intent["name"] != "out_of_scope" or model.letters.knows_a_word(text)
