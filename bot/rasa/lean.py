"""Start Rasa without what nothing here needs.

Rasa 3.6 imports TensorFlow at start even for a pipeline with no neural part, through three of
its modules; the third only ever works in training. It costs seconds and hundreds of megabytes
for nothing. When the model has no neural part the three are replaced by stand-ins, which say
so if anyone uses them after all; and so are Rasa's channels to other companies' messengers, each
of which brings that company's library.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

STANDS_IN = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": (
        "RasaDataGenerator",
        "RasaBatchDataGenerator",
        "RasaDataChunkFileGenerator",
    ),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}
MESSENGERS = {
    f"rasa.core.channels.{module}": (name,)
    for module, name in (
        ("botframework", "BotFrameworkInput"),
        ("facebook", "FacebookInput"),
        ("hangouts", "HangoutsInput"),
        ("mattermost", "MattermostInput"),
        ("rocketchat", "RocketChatInput"),
        ("slack", "SlackInput"),
        ("socketio", "SocketIOInput"),
        ("telegram", "TelegramInput"),
        ("twilio", "TwilioInput"),
        ("twilio_voice", "TwilioVoiceInput"),
        ("webexteams", "WebexTeamsInput"),
    )
}
OURS = ("nlu.components.", "bot.rasa.")
LIGHT = frozenset(
    {
        "rasa.core.policies.rule_policy",
        "rasa.core.policies.ensemble",
        "rasa.core.featurizers.precomputation",
        "rasa.graph_components.converters.nlu_message_converter",
        "rasa.graph_components.providers.domain_provider",
        "rasa.graph_components.providers.nlu_training_data_provider",
        "rasa.graph_components.providers.rule_only_provider",
        "rasa.nlu.classifiers.regex_message_handler",
    }
)
"""Rasa's own modules that a model may use and that are known to need no TensorFlow."""


def start_lean(model: Path) -> bool:
    """Call before Rasa is imported. True when TensorFlow will be left out for ``model``."""
    if any(name in sys.modules for name in STANDS_IN) or not is_light(model):
        return False
    for name, classes in (STANDS_IN | MESSENGERS).items():
        sys.modules[name] = _stand_in(name, classes)
    return True


def is_light(model: Path) -> bool:
    """Whether every component of the model is ours or known to need no TensorFlow."""
    try:
        with tarfile.open(model) as archive:
            file = archive.extractfile("metadata.json")
            metadata = json.load(file) if file else {}
    except (OSError, KeyError, ValueError, tarfile.TarError):
        return False
    nodes = metadata.get("predict_schema", {}).get("nodes", {})
    modules = [str(node.get("uses", "")).rpartition(".")[0] for node in nodes.values()]
    return bool(modules) and all(m in LIGHT or f"{m}.".startswith(OURS) for m in modules)


def _stand_in(name: str, classes: tuple[str, ...]) -> ModuleType:
    module = ModuleType(name)
    for each in classes:
        setattr(module, each, type(each, (_LeftOut,), {}))
    return module


class _LeftOut:
    """In place of a class of Rasa's that is left out."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise RuntimeError(f"This Rasa was started without {self.name()}; see bot/rasa/lean.py.")

    @classmethod
    def name(cls) -> str:
        """What Rasa lists a channel under."""
        return cls.__name__
