"""Files that only Fairway's own user may read, written whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_private(path: Path, text: str) -> None:
    """Whoever reads ``path`` sees the old text or the new, and nobody else sees either."""
    new = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # or a power cut leaves an empty file under the name
    new.replace(path)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Inside, no other process changes ``path``, as long as it asks like this, too."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
