"""Load a trained model and parse messages with it, without servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import FairwayError
from bot.rasa.lean import start_lean

Parse = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""(text, metadata) → Rasa's parse: intent, intent_ranking, entities, language."""


class ModelNotLoaded(FairwayError):
    """The model could not be loaded: it may be of another version of Fairway. Train one of this
    version: fairway train"""


def load_parser(model: Path) -> Parse:
    """The understanding of ``model``. Its hash must have been checked before.

    Raises ModelNotLoaded.
    """
    start_lean(model)
    from rasa.core.channels.channel import UserMessage
    from rasa.engine import loader
    from rasa.engine.constants import PLACEHOLDER_MESSAGE
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    try:
        with TemporaryDirectory(prefix="fairway-model-") as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), model, LocalModelStorage, DaskGraphRunner
            )
    except Exception as error:  # Rasa's components raise whatever they like
        raise ModelNotLoaded(f"{ModelNotLoaded.__doc__} ({model.name}: {error})") from error
    target = metadata.nlu_target

    def parse(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
        message = UserMessage(text, metadata=dict(given))
        found = runner.run(inputs={PLACEHOLDER_MESSAGE: [message]}, targets=[target])
        parsed: dict[str, Any] = found[target][0].as_dict(only_output_properties=True)
        return parsed

    return parse
