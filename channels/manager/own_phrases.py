"""Training phrases that a service manager has added: ``HOME/phrases/<language>/own.yml``, in the
form of the files in ``nlu/data``. Training reads both (``bot/rasa/importer.py``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import BadFile, BadInput
from bot.message import has_words
from channels.own_files import alone_in, diff_of, text_of, write_whole

NAME = "own.yml"
SHORTEST, LONGEST = 2, 200  # characters
_MARKS = re.compile(r"[\[\](){}|]")
Phrases = Mapping[str, tuple[str, ...]]
"""Intent → phrases, in the order they were added."""


class PhraseUnusable(BadInput):
    """A training phrase is one line of 2 to 200 characters, with words in it. Write it shorter."""


class PhraseMarked(BadInput):
    """Something is hidden in it. Write something made up in place of each mark in brackets."""


class PhraseKnown(BadInput):
    """This phrase is there already. Choose another message."""


@dataclass(frozen=True)
class OwnPhrases:
    """``folder``: where they are kept. ``shipped``: ``nlu/data``."""

    folder: Path
    shipped: Path

    def of(self, language: str) -> Phrases:
        """The phrases of one language. Raises BadFile."""
        return _read(self._file(language))

    def languages(self) -> list[str]:
        """Those that have any."""
        return sorted(file.parent.name for file in self.folder.glob(f"*/{NAME}"))

    def with_added(self, language: str, intent: str, text: str) -> str:
        """The file as it would be. Raises PhraseUnusable, PhraseMarked, PhraseKnown."""
        phrase, held = check(text), dict(self.of(language))
        known = self.intent_of(language, phrase)
        if known is not None:
            raise PhraseKnown(
                f"This phrase is there already, for {known}. To have it understood otherwise, "
                "change that file first."
            )
        held[intent] = (*held.get(intent, ()), phrase)
        return rendered(held)

    def diff(self, language: str, after: str) -> list[tuple[str, str]]:
        """What would change in the file of ``language``."""
        return diff_of(NAME, text_of(self._file(language)), after)

    def add(self, language: str, intent: str, text: str) -> None:
        """Keep it. Raises as ``with_added``."""
        with alone_in(self.folder):
            write_whole(self._file(language), self.with_added(language, intent, text))

    def drop(self, language: str, intent: str, text: str) -> bool:
        """Take it out again. False when it is not there."""
        with alone_in(self.folder):
            held = dict(self.of(language))
            if text not in held.get(intent, ()):
                return False
            held[intent] = tuple(one for one in held[intent] if one != text)
            left = {name: phrases for name, phrases in held.items() if phrases}
            if left:
                write_whole(self._file(language), rendered(left))
            else:
                self._file(language).unlink()
        return True

    def intent_of(self, language: str, phrase: str) -> str | None:
        """The intent that the very same phrase is given to already, by us or as shipped."""
        files = [self._file(language), *sorted((self.shipped / language).glob("*.yml"))]
        return next(filter(None, (_intent_in(text_of(file), phrase) for file in files)), None)

    def _file(self, language: str) -> Path:
        return self.folder / language / NAME


def check(text: str) -> str:
    """``text`` as it is kept: one line. Raises PhraseUnusable, PhraseMarked."""
    phrase = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    phrase = phrase.lstrip("-•* ")
    if not SHORTEST <= len(phrase) <= LONGEST or not has_words(phrase):
        raise PhraseUnusable
    if _MARKS.search(phrase):
        raise PhraseMarked
    return phrase


def rendered(held: Phrases) -> str:
    """The file's text."""
    lines = ['version: "3.1"', "nlu:"]
    for intent, phrases in held.items():
        lines += [f"- intent: {intent}", "  metadata:", "    variety: own", "  examples: |"]
        lines += [f"    - {phrase}" for phrase in phrases]
    return "\n".join(lines) + "\n"


def _read(file: Path) -> dict[str, tuple[str, ...]]:
    if not file.is_file():
        return {}
    try:
        blocks = yaml.safe_load(file.read_text("utf-8"))["nlu"]
        return {str(one["intent"]): _examples(one["examples"]) for one in blocks}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        remedy = "Write it as the files in nlu/data are, or delete it."
        raise BadFile(file, None, "is no file of phrases", remedy) from error


def _examples(text: str) -> tuple[str, ...]:
    return tuple(line.removeprefix("- ") for line in text.splitlines() if line.startswith("- "))


def _intent_in(text: str, phrase: str) -> str | None:
    intent, wanted = None, f"- {phrase}".casefold()
    for line in text.splitlines():
        if line.startswith("- intent:"):
            intent = line.partition(":")[2].strip()
        elif line.strip().casefold() == wanted:
            return intent
    return None
