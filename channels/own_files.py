"""Files that a service manager changes in the browser, under HOME: written whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """In one step, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_text(text, "utf-8")
    os.replace(new, path)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else changes files in ``folder`` meanwhile, whatever process they are in."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def text_of(path: Path) -> str:
    """What is in it; nothing where there is no such file."""
    return path.read_text("utf-8") if path.is_file() else ""


def diff_of(name: str, before: str, after: str) -> list[tuple[str, str]]:
    """What would change, line by line: (``+``, ``-``, ``@`` or a blank, the line)."""
    lines = unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=2)
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    return [(line[:1] if line[:1] in "+-@" else " ", line) for line in shown]
