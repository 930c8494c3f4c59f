"""Write found pages as the Markdown files that ``bot/files/pages.py`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from actions.pages.sources import FoundPage

FEWEST = 40
"""Characters; a page with fewer is a list of links, and says nothing to quote."""


def keep_pages(found: Iterable[FoundPage], folder: Path, today: date) -> tuple[int, int]:
    """How many pages were written to ``folder``, and how many had nothing to quote. A page
    that was there before is replaced; its codes (``lgsl``) are kept, for people wrote them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = left = 0
    for page in found:
        words = page.text.as_markdown()
        if len(words) < FEWEST or not page.text.title:
            left += 1
            continue
        path = folder / f"{_name(page.source)}.md"
        path.write_text(_front(page, today, _codes(path)) + words, "utf-8")
        kept += 1
    return kept, left


def _front(page: FoundPage, today: date, codes: list[int]) -> str:
    data = {
        "title": page.text.title[:200],
        "source": page.source,
        "reviewed": (page.changed or today).isoformat(),
        "lgsl": codes,
        "language": (page.text.language or "en").split("-")[0] or "en",
    }
    dumped = yaml.safe_dump(
        data, default_flow_style=None, allow_unicode=True, sort_keys=False, width=1000
    )
    return f"---\n{dumped}---\n"


def _codes(path: Path) -> list[int]:
    if not path.exists():
        return []
    found = re.search(r"^lgsl: \[([\d, ]+)\]$", path.read_text("utf-8"), re.MULTILINE)
    return [int(code) for code in found[1].split(",")] if found else []


def _name(source: str) -> str:
    path = re.sub(r"[^a-z0-9]+", "_", urlsplit(source).path.lower()).strip("_")[-60:] or "front"
    return f"{path}_{hashlib.sha256(source.encode()).hexdigest()[:6]}"
