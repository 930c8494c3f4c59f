"""Write what a command printed into a page, between its two markers."""

from __future__ import annotations

from pathlib import Path


def write_between(page: Path, name: str, text: str) -> None:
    """Put ``text`` between ``<!-- name: start -->`` and ``<!-- name: end -->``. Raises ValueError
    when the page has no such place."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text("utf-8").partition(start)
    _, found_too, after = rest.partition(end)
    if not (found and found_too):
        raise ValueError(f"{page} has no place between {start} and {end}")
    page.write_text(f"{before}{start}\n{text}\n{end}{after}", "utf-8")
