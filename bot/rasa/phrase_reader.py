"""Reads a file of training phrases: Rasa's own reader, without its slow way through YAML.

Rasa goes through each file twice with a YAML parser written in Python, once of it to check a
schema; that is a quarter of a minute for our files. Here a file that is plain, intents with a
phrase a line, is read as our other files are. What is not plain, Rasa reads, and says what is
wrong with it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message

from bot.files.yaml_lines import read_yaml

VERSION = "3.1"


class Phrase(Message):
    """A message that is copied, and told from others, without work done before. Rasa copies all
    of them and hashes them anew each time it merges them, which is six times."""

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """As Message.set; to set what is there already changes nothing."""
        if add_to_output or not isinstance(info, str) or self.data.get(prop) != info:
            super().set(prop, info, add_to_output)

    def __deepcopy__(self, memo: dict[int, Any]) -> Phrase:
        data = {k: v if isinstance(v, str) else copy.deepcopy(v) for k, v in self.data.items()}
        features = copy.deepcopy(self.features)
        made = Phrase(data, set(self.output_properties), self.time, features)
        made._cached_fingerprint = self._cached_fingerprint
        return made


class PhraseReader(RasaYAMLReader):
    """Gives what RasaYAMLReader gives, sooner."""

    def phrases(self, path: Path) -> list[Message]:
        """The phrases in ``path``. Raises BadFile for what is no YAML, RasaException for what
        Rasa does not know."""
        blocks = _plain_blocks(read_yaml(path).data)
        if blocks is None:
            return _as_phrases(self.read(str(path)).training_examples)
        self.filename = str(path)
        self._parse_nlu(blocks)
        return _as_phrases(self.training_examples)


def _as_phrases(messages: list[Message]) -> list[Message]:
    return [Phrase(message.data) for message in messages]


def _plain_blocks(content: Any) -> list[dict[str, Any]] | None:
    """The intents of a plain file; None for any other."""
    if not isinstance(content, dict) or set(content) != {"version", "nlu"}:
        return None
    blocks = content["nlu"]
    plain = content["version"] == VERSION and isinstance(blocks, list)
    return blocks if plain and blocks and all(map(_is_plain, blocks)) else None


def _is_plain(block: Any) -> bool:
    if not isinstance(block, dict) or not {"intent", "examples"} <= set(block):
        return False
    if set(block) - {"intent", "examples"} and not isinstance(block.get("metadata"), Mapping):
        return False
    return all(isinstance(block[key], str) and block[key] for key in ("intent", "examples"))
