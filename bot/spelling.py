"""Read misspelt words and text-speak as the nearest word of a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache

_SLIP_LENGTH = 5  # letters from which a word may be one letter off
_ALIKE = 0.74  # how much of two words must be the same, from 0 to 1
_SOUNDS = (("ph", "f"), ("gh", ""), ("ck", "k"), ("wr", "r"), ("kn", "n"), ("th", "f"),
           ("qu", "kw"), ("x", "ks"), ("c", "k"), ("z", "s"), ("v", "f"), ("j", "g"))  # fmt: skip


class Speller:
    """Mends words towards one vocabulary. ``same``: words read as others. ``ordinary``: words
    that stay as they are. ``glued``: letters that may hang on the end of a word (mae'r).
    ``by_ear``: read words with the right consonants too, as fits English."""

    def __init__(
        self,
        vocabulary: Iterable[str],
        same: Mapping[str, tuple[str, ...]],
        ordinary: Iterable[str],
        glued: Iterable[str] = (),
        by_ear: bool = False,
    ) -> None:
        self._same, self._by_ear = same, by_ear
        targets = {w for w in vocabulary if len(w) > 3 and not any(c.isdigit() for c in w)}
        self._known = frozenset({*vocabulary, *ordinary, *(w for ws in same.values() for w in ws)})
        self._vocabulary = frozenset(vocabulary)
        self._glued = tuple(glued)
        self._by_slip = _grouped((cut, w) for w in sorted(targets) for cut in _cuts(w))
        self._by_sound = _grouped((_sound(w), w) for w in sorted(targets))

    def mend(self, words: Iterable[str]) -> list[str]:
        """The words as the vocabulary spells them; one word may become two."""
        return [better for word in words for better in _mended(self, word)]

    def nearest(self, word: str) -> tuple[str, ...]:
        """How one word is read."""
        if word in self._same:
            return self._same[word]
        if word in self._known or len(word) < 3 or len(word) > 20:
            return (word,)
        return (self._unglued(word) or self._one_slip_away(word) or self._sounding(word) or word,)

    def _unglued(self, word: str) -> str | None:
        ends = (e for e in self._glued if word.endswith(e))
        return next((word[: -len(e)] for e in ends if word[: -len(e)] in self._vocabulary), None)

    def _one_slip_away(self, word: str) -> str | None:
        if len(word) < _SLIP_LENGTH:
            return None
        near = {k for cut in _cuts(word) for k in _words(self._by_slip.get(cut, ()))}
        fits = (k for k in near if len(k) >= _SLIP_LENGTH and k[0] == word[0])
        return min((k for k in fits if one_slip(word, k)), default=None)

    def _sounding(self, word: str) -> str | None:
        """A word with the same consonants: letters left out (brthing), or spelt by ear."""
        sound = _sound(word)
        if not self._by_ear or len(sound) < 3:
            return None
        near = [k for k in _words(self._by_sound.get(sound, ())) if k[0] == word[0]]
        shorter = [k for k in near if _left_out(word, k)]
        by_ear = [k for k in near if len(word) > 4 and _alike(word, k)]
        return min(shorter or by_ear, key=lambda k: (abs(len(k) - len(word)), k), default=None)


@lru_cache(maxsize=20_000)
def _mended(speller: Speller, word: str) -> tuple[str, ...]:
    return speller.nearest(word)


def one_slip(a: str, b: str) -> bool:
    """Whether ``a`` is ``b`` with one letter wrong, missing, added or two swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))  # noqa: B905
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b


def _alike(word: str, other: str) -> bool:
    return SequenceMatcher(None, word, other).ratio() > _ALIKE


def _left_out(word: str, whole: str) -> bool:
    """Whether ``word`` is ``whole`` with letters left out."""
    letters = iter(whole)
    return all(letter in letters for letter in word)


def _cuts(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters."""
    yield word
    yield from (word[:i] + word[i + 1 :] for i in range(1, len(word)))


@lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    """The consonants one hears: ``breathing`` and ``brething`` have the same."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    consonants = re.sub(r"[aeiouyhw]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[:1] + consonants)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, str | tuple[str, ...]]:
    """Words by key, in the order given. A word alone stands without a tuple: a vocabulary's hundred
    thousand keys mostly have one, and a container for each would be most of the memory."""
    made: dict[str, str | tuple[str, ...]] = {}
    for key, word in pairs:
        held = made.get(key)
        made[key] = word if held is None else (*_words(held), word)
    return made


def _words(held: str | tuple[str, ...]) -> tuple[str, ...]:
    return (held,) if isinstance(held, str) else held
