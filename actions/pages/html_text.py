"""The words of a web page: its title, headings and paragraphs, without menus and scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SKIPPED = """
    script style nav header footer form aside noscript template svg button select iframe
"""
_SKIP = frozenset(_SKIPPED.split())
_BLOCK_TAGS = "p li dd dt blockquote td th h1 h2 h3 h4 h5 h6 div section br tr"
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HEADINGS = frozenset(["h2", "h3", "h4", "h5", "h6"])


@dataclass(frozen=True)
class PageText:
    """``blocks``: (is a heading, words) pairs, in order. ``canonical``: where the page says that
    it lives; ``language``: what it says it is in. Each may be empty."""

    title: str = ""
    canonical: str = ""
    language: str = ""
    blocks: tuple[tuple[bool, str], ...] = ()

    def as_markdown(self) -> str:
        """Headings and paragraphs. Words that would be markup are defused."""
        lines = [f"# {words}" if heading else _defused(words) for heading, words in self.blocks]
        return "\n\n".join(lines) + "\n"


def read_html(html: str) -> PageText:
    """The words of ``html``: of its ``main``, where it has one. Never raises."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    in_main = [block for inside, block in reader.blocks if inside]
    blocks = in_main or [block for _, block in reader.blocks]
    return PageText(
        title=reader.heading or reader.title,
        canonical=reader.canonical,
        language=reader.language,
        blocks=tuple(block for block in blocks if block[1]),
    )


def _defused(words: str) -> str:
    return re.sub(r"^(#+|---+|[-*] )", lambda found: f"\u200b{found[0]}", words)


@dataclass
class _State:
    skipping: int = 0
    in_main: int = 0
    tag: str = ""
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.heading = self.canonical = self.language = ""
        self.blocks: list[tuple[bool, tuple[bool, str]]] = []
        self._state = _State()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        state, given = self._state, {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")[:12]
        if tag == "link" and "canonical" in given.get("rel", "").split():
            self.canonical = given.get("href", "")
        if tag in _SKIP:
            state.skipping += 1
        if tag == "main":
            self.end_block()
            state.in_main += 1
        if tag in _BLOCKS or tag == "title":
            self.end_block()
            state.tag = tag

    def handle_endtag(self, tag: str) -> None:
        state = self._state
        if tag in _SKIP:
            state.skipping = max(0, state.skipping - 1)
        if tag in _BLOCKS or tag in ("title", "main"):
            self.end_block()
        if tag == "main":
            state.in_main = max(0, state.in_main - 1)

    def handle_data(self, data: str) -> None:
        if not self._state.skipping:
            self._state.words.append(data)

    def end_block(self) -> None:
        """Keep the words since the last block as one."""
        state = self._state
        words, tag = " ".join("".join(state.words).split()), state.tag
        state.words, state.tag = [], ""
        if not words:
            return
        if tag == "title":
            self.title = words
        elif tag == "h1":
            self.heading = self.heading or words
        else:
            self.blocks.append((state.in_main > 0, (tag in _HEADINGS, words)))
