"""A page of the council's that the assistant may quote, and nothing but quote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

OLDEST = timedelta(days=365)
"""A page nobody has checked for so long may be wrong by now."""


@dataclass(frozen=True)
class Page:
    """``passages`` are the page's own words, in order; ``headings`` stand over them and help to
    find them. ``lgsl`` are the codes of the services it is about."""

    name: str
    title: str
    source: str
    reviewed: date
    language: str
    passages: tuple[str, ...]
    headings: tuple[str, ...] = ()
    lgsl: frozenset[int] = frozenset()
    expires: date | None = None

    def may_be_quoted(self, today: date) -> bool:
        """Whether it is checked lately enough, and not over."""
        if self.expires is not None and self.expires < today:
            return False
        return today - self.reviewed <= OLDEST

    def whole(self, number: int) -> str:
        """A passage with what stands over it: what is read to judge what it is about."""
        heading = self.headings[number] if number < len(self.headings) else ""
        return ". ".join(part for part in (self.title, heading, self.passages[number]) if part)

    def key(self, number: int) -> str:
        """Names a passage by its words and where they stand, whoever has read the page."""
        said = f"{self.source}\0{self.language}\0{self.whole(number)}"
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def digest_of(pages: Iterable[Page]) -> str:
    """Names all passages of ``pages``, in their order: who has the same has the same pages."""
    keys = (page.key(n) for page in pages for n in range(len(page.passages)))
    return hashlib.sha256("".join(keys).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Quote:
    """A passage found for a question. ``score`` is the share of what the question asks about
    that the passage speaks of, from 0 to 1, rare words counting for more."""

    page: Page
    passage: str
    score: float
