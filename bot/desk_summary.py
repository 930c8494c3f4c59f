"""A case in one paragraph, made of the citizen's own sentences: nothing is put in other words.

No model is asked. At most three sentences are picked: the first that says what it is about, the
one with the most facts in it (figures, names of places), and the last one that says something.
Each keeps the id of its message, so that an agent sees where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.message import Message, Sender

FEWEST_WORDS = 4
"""Shorter is a greeting, a yes or a no."""
MOST_WORDS = 40
"""A longer sentence is cut, with an ellipsis."""


@dataclass(frozen=True)
class Picked:
    """One sentence of one message. ``why``: ``first``, ``facts`` or ``last``."""

    message_id: str
    text: str
    lang: str
    why: str


def summarise(
    messages: Iterable[Message], asks_only_for_a_person: Callable[[str], bool] = lambda _: False
) -> tuple[Picked, ...]:
    """The citizen's sentences that say most, in the order they were said; none when every one is
    short or ``asks_only_for_a_person``, which the agent knows. The same sentence is never picked
    twice."""
    said = [m for m in messages if m.sender is Sender.CITIZEN and not m.text.startswith("/")]
    sentences = [(m, text) for m in said for text in split_sentences(m.text)]
    telling = [(m, t) for m, t in sentences if not asks_only_for_a_person(t)]
    long = [(m, t) for m, t in telling if _words(t) >= FEWEST_WORDS]
    if not long:
        return ()
    wanted = {0: "first", len(long) - 1: "last"}
    most = max(range(len(long)), key=lambda i: _facts(long[i][1]))
    if _facts(long[most][1]):
        wanted.setdefault(most, "facts")
    wanted[0] = "first"
    return _picked(long, wanted)


def split_sentences(text: str) -> list[str]:
    """Sentences of a text in any of our languages, by full stops and line breaks. A full stop
    inside a number or an address does not end one, as no space follows it."""
    parts = re.split(r"(?<=[.!?…])\s+|(?<=[।؟۔。！？])\s*|\n+", text)
    return [part.strip() for part in parts if part.strip()]


def _picked(long: Sequence[tuple[Message, str]], wanted: dict[int, str]) -> tuple[Picked, ...]:
    seen: dict[str, Picked] = {}
    for place in sorted(wanted):
        message, text = long[place]
        seen.setdefault(
            text.casefold(), Picked(message.id, _cut(text), message.lang, wanted[place])
        )
    return tuple(seen.values())


def _words(text: str) -> int:
    """Words; in Chinese, which has no spaces, two signs count as one."""
    signs = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return len(text.split()) + signs // 2


def _facts(text: str) -> int:
    """Figures count three; a capital inside a sentence (a name, in scripts that have them) one."""
    words = text.split()
    figures = sum(any(c.isdigit() for c in word) for word in words)
    names = sum(word[:1].isupper() and len(word) > 1 for word in words[1:])
    return 3 * figures + names


def _cut(text: str) -> str:
    words = text.split()
    return text if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS]) + " …"
