"""Read the pages of a folder: Markdown with front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadFile
from bot.page import Page

LONGEST_PASSAGE = 400
"""Characters. A longer paragraph is cut between sentences, so that it can be read in a chat."""
SHIPPED = Path(__file__).resolve().parents[1] / "knowledge"
"""The sandbox council's pages."""
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_KNOWN = ("title", "source", "reviewed", "language", "lgsl", "expires")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?।۔。！？])\s+")
_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|`)(.*?)\1"), r"\2"),
)


def load_pages(folder: Path) -> tuple[Page, ...]:
    """Every page ``*.md`` in ``folder`` but README.md; none is a valid answer.

    Raises BadFile for the first page that is wrong: its file, line and remedy.
    """
    paths = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    return tuple(_page(path) for path in paths)


def pages_to_quote(imported: Path) -> Path:
    """The folder of the pages that are quoted: ``imported``, else the sandbox council's."""
    return imported if any(imported.glob("*.md")) else SHIPPED


def _page(path: Path) -> Page:
    try:
        text = path.read_text("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(path, None, "cannot be read", "Save it as UTF-8 text.") from error
    found = _FRONT.match(text)
    if not found:
        raise BadFile(path, 1, "has no front matter", "Begin it with --- and title: under it.")
    data = _front_matter(path, found[1])
    passages = _passages(found[2])
    if not passages:
        raise BadFile(path, None, "has no text", "Write a paragraph under the front matter.")
    return Page(
        name=path.stem,
        title=_text(path, data, "title"),
        source=_source(path, data),
        reviewed=_date(path, data, "reviewed"),
        language=_text(path, data, "language") if "language" in data else "en",
        passages=tuple(passage for _, passage in passages),
        headings=tuple(heading for heading, _ in passages),
        lgsl=_lgsl(path, data),
        expires=_date(path, data, "expires") if data.get("expires") else None,
    )


def _front_matter(path: Path, text: str) -> Mapping[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadFile(path, 2, "the front matter is not YAML", "Check its colons.") from error
    if not isinstance(data, dict):
        raise BadFile(path, 2, "the front matter is no list of keys", 'Write  title: "…".')
    for key in data:
        if key not in _KNOWN:
            raise _bad(path, key, f"unknown key {key!r}", f"Use one of: {', '.join(_KNOWN)}.")
    return data


def _text(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _bad(path, key, f"{key} is missing or not text", f'Write  {key}: "…".')
    return " ".join(value.split())


def _source(path: Path, data: Mapping[str, Any]) -> str:
    source = _text(path, data, "source")
    if not source.startswith(("https://", "http://")):
        raise _bad(path, "source", "source is no web address", "Write  source: https://…")
    return source


def _date(path: Path, data: Mapping[str, Any], key: str) -> date:
    value = data.get(key)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _bad(path, key, f"{key} is no date", f"Write  {key}: 2026-11-23.") from error


def _lgsl(path: Path, data: Mapping[str, Any]) -> frozenset[int]:
    codes = data.get("lgsl") or []
    codes = codes if isinstance(codes, list) else [codes]
    if not all(isinstance(code, int) and not isinstance(code, bool) for code in codes):
        raise _bad(path, "lgsl", "lgsl must be numbers", "Write  lgsl: [557].")
    return frozenset(codes)


def _passages(text: str) -> list[tuple[str, str]]:
    """(heading, passage) pairs: each paragraph, cut between sentences where it is long."""
    heading, found = "", []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.strip().split("\n") if line.strip()]
        while lines and lines[0].startswith("#"):
            heading = _plain(lines.pop(0).lstrip("# "))
        said = _plain(" ".join(line.removeprefix("- ").removeprefix("* ") for line in lines))
        found += [(heading, part) for part in _parts(said)]
    return found


def _plain(text: str) -> str:
    for pattern, kept in _MARKUP:
        text = pattern.sub(kept, text)
    return " ".join(text.split())


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for sentence in _SENTENCE_ENDS.split(text):
        if parts and len(parts[-1]) + len(sentence) < LONGEST_PASSAGE:
            parts[-1] += f" {sentence}"
        elif sentence:
            parts.append(sentence)
    return parts


def _bad(path: Path, key: str, problem: str, remedy: str) -> BadFile:
    lines = path.read_text("utf-8").splitlines()
    line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"{key}:")), 1)
    return BadFile(path, line, problem, remedy)
