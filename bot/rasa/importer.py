"""Turns service cards, training phrases and rules into what Rasa is trained on.

A council adds a service with one card in ``bot/services`` and one file of phrases in
``nlu/data/<language>``; nothing else needs to change.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import story_graph_from_paths
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot.errors import BadFile
from bot.files.cards import load_cards
from bot.intents import FALLBACK
from bot.rasa.phrase_reader import PhraseReader
from bot.service_card import ServiceCard

LANGUAGE = "language"
"""Where each training phrase carries the language of its folder."""
LOOKALIKE = "lookalike"
"""Where it carries whether its file holds harmless phrases that look like danger."""
OWN_PHRASES = "FAIRWAY_PHRASES"
"""Names the folder of phrases that a service manager has added; training sets it."""


class FairwayImporter(RasaFileImporter):
    """Named in ``config.yml``; every path follows from where that file is.

    Raises BadFile for a broken card or phrase file.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **_: Any,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        here = Path(config_file or __file__).resolve().parent
        self.rasa_folder, self.root = here, here.parent.parent

    @cached_method
    def get_domain(self) -> Domain:
        """``domain.yml`` with one intent more for each card."""
        base = Domain.load(str(self.rasa_folder / "domain.yml"))
        names = [card.intent for card in self._cards().values()]
        intents: list[Any] = [{name: {"use_entities": []}} for name in names]
        return base.merge(Domain.from_dict({"version": "3.1", "intents": intents}))

    @cached_method
    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """``rules.yml`` with one rule more for each card."""
        domain = self.get_domain()
        base = story_graph_from_paths([str(self.rasa_folder / "rules.yml")], domain)
        rules = {"version": "3.1", "rules": [_rule(card) for card in self._cards().values()]}
        return base.merge(StoryGraph(YAMLStoryReader(domain).read_from_parsed_yaml(rules)))

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """Every phrase of every language, each carrying its ``language``."""
        return self._all_phrases()  # Rasa asks with and without a language: read them once

    @cached_method
    def _all_phrases(self) -> TrainingData:
        known = frozenset(self.get_domain().intents)
        paths = sorted((self.root / "nlu" / "data").glob("*/*.yml"))
        own = os.environ.get(OWN_PHRASES)
        paths += sorted(Path(own).glob("*/*.yml")) if own else []
        examples = [one for path in paths for one in _phrases(path, known)]
        data = TrainingData(examples)  # merging file by file copies all of them every time
        self._every_card_has_phrases(data)
        return data

    def _cards(self) -> Mapping[str, ServiceCard]:
        return load_cards(self.root / "bot" / "services")

    def _every_card_has_phrases(self, data: TrainingData) -> None:
        for card in self._cards().values():
            if card.intent not in data.intents:
                path = self.root / "bot" / "services" / f"{card.id}.yml"
                remedy = f"Write nlu/data/en/{card.id}.yml with some, for intent {card.intent}."
                raise BadFile(path, None, "this service has no training phrases", remedy)


def _rule(card: ServiceCard) -> dict[str, Any]:
    steps = [{"intent": card.intent}, {"action": "action_serve_citizen"}]
    return {"rule": f"Serve the citizen after {card.intent}", "steps": steps}


def _phrases(path: Path, known: frozenset[str]) -> list[Message]:
    try:
        phrases = PhraseReader().phrases(path)
    except RasaException as error:
        problem = " ".join(str(error).split())[:300]
        raise BadFile(path, None, problem, "Write it as the other phrase files are.") from error
    for message in phrases:
        _check_intent(path, str(message.get(INTENT)), known)
        message.set(LANGUAGE, path.parent.name)
        message.set(LOOKALIKE, LOOKALIKE in path.stem)
    return phrases


def _check_intent(path: Path, intent: str, known: frozenset[str]) -> None:
    if intent in known and intent != FALLBACK:
        return
    lines = path.read_text("utf-8").splitlines()
    line = next((n for n, text in enumerate(lines, 1) if f"intent: {intent}" in text), None)
    problem = f"unknown intent {intent!r}"
    remedy = "Add a card bot/services/<id>.yml for service_<id>, or mend the name."
    raise BadFile(path, line, problem, remedy)
