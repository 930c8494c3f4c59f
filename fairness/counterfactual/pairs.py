"""The pairs to try: base messages in frames, rewritten, and pairs written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from fairness.errors import AuditError

PAIRS = Path(__file__).parent / "pairs.yml"


class PairsWrong(AuditError):
    """The file of pairs cannot be used. See fairness/counterfactual/pairs.yml for its form."""


@dataclass(frozen=True)
class Pair:
    """Two messages that differ in one thing. ``expect``: whether the decision must change.

    ``base`` is what both ask for, in plain words, where both are in its language.
    """

    family: str
    a: str
    b: str
    expect: Literal["same", "change"] = "same"
    base: str = ""


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """Every pair of a file. Raises PairsWrong."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        pairs = (*_framed(data), *_rewritten(data), *_written(data))
        return tuple(p for p in pairs if p.a != p.b)  # some words are spelt as they sound
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise PairsWrong(f"{path}: {error!r}. See {PAIRS.name} for its form.") from None


def _framed(data: Mapping[str, Any]) -> list[Pair]:
    return [
        Pair(f["family"], f["a"].format(text=t), f["b"].format(text=t), f["expect"], t)
        for f in data.get("frames", ())
        for t in data["bases"]
    ]


def _rewritten(data: Mapping[str, Any]) -> list[Pair]:
    return [
        Pair(r["family"], text, REWRITES[r["how"]](text), r["expect"], text)
        for r in data.get("rewrites", ())
        for text in data["bases"]
    ]


def _written(data: Mapping[str, Any]) -> list[Pair]:
    return [Pair(p["family"], p["a"], p["b"], p["expect"]) for p in data.get("pairs", ())]


def swapped_letters(text: str) -> str:
    """Two inner letters of every other longer word change places, as a hurried thumb does."""
    words = text.split(" ")
    for place in range(0, len(words), 2):
        word = words[place]
        if len(word) > 4:
            words[place] = word[0] + word[2] + word[1] + word[3:]
    return " ".join(words)


_BY_EAR = (
    (r"ight\b", "ite"), (r"ough\b", "uff"), (r"\bph", "f"), (r"tion\b", "shun"),
    (r"ck\b", "k"), (r"ee", "ea"), (r"ou", "ow"), (r"oll", "ol"), (r"(\w)y\b", r"\1ie"),
)  # fmt: skip


def by_ear(text: str) -> str:
    """Spelt as it sounds."""
    for pattern, sounds in _BY_EAR:
        text = re.sub(pattern, sounds, text)
    return text


REWRITES: Mapping[str, Callable[[str], str]] = {
    "swapped_letters": swapped_letters,
    "by_ear": by_ear,
}
