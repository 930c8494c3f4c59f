"""The letters and words of a message as countable features."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from bot.folding import WORD as WORD_LETTERS

WORDS = "w"
LETTERS = "c"
_APART = re.compile(rf"[^{WORD_LETTERS}']+")
_NUMBER = re.compile(r"\d+")
_LONGEST = 2000  # characters


def plain(text: str) -> str:
    """``text`` in small letters, one kind of apostrophe, numbers as 0, single spaces."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST].casefold()  # one may be 18
    text = _NUMBER.sub("0", text.replace("\u2019", "'").replace("`", "'"))
    return " ".join(_APART.sub(" ", text).split())


def letter_counts(text: str, shortest: int, longest: int) -> Counter[str]:
    """How often each run of letters occurs; runs do not cross words, whose ends are marked."""
    counts: Counter[str] = Counter()
    for word in plain(text).split():
        counts.update(_runs(word, shortest, longest))
    return counts


@lru_cache(maxsize=4096)  # the same few words make up most of what people write
def _runs(word: str, shortest: int, longest: int) -> tuple[str, ...]:
    padded = f" {word} "
    length, runs = len(padded), []
    for size in range(shortest, longest + 1):
        if size >= length:
            runs.append(padded)
            break
        runs += [padded[i : i + size] for i in range(length - size + 1)]
    return tuple(runs)


def word_counts(text: str, longest: int) -> Counter[str]:
    """How often each word, and each run of up to ``longest`` words, occurs."""
    words = plain(text).split()
    counts = Counter(words)
    for size in range(2, longest + 1):
        counts.update(" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
    return counts
