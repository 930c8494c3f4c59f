"""Figures in the documentation: only what a command wrote between two marks of a page."""

from __future__ import annotations

from pathlib import Path

from bot.errors import BadFile

DOCS = Path(__file__).resolve().parent.parent / "docs"


def write_marked(page: Path, name: str, text: str) -> None:
    """Put ``text`` between ``<!-- name: start -->`` and ``<!-- name: end -->``. Raises BadFile
    where the page has no such marks."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    try:
        before, rest = page.read_text("utf-8").split(start, 1)
        after = rest.split(end, 1)[1]
    except (OSError, ValueError, IndexError) as error:
        raise BadFile(page, None, f"has no marks {start} and {end}", "Add both.") from error
    page.write_text(f"{before}{start}\n{text.strip()}\n{end}{after}", "utf-8")
