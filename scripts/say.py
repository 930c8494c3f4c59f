"""Progress and trouble, said the same way by every script."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something cannot be had: what is wrong, and how to mend it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


class Steps:
    """Numbers the steps of a long job and times them, so that nobody wonders if it hangs."""

    def __init__(self, total: int) -> None:
        self.total, self.current = total, 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print ``[2/7] title`` before and the seconds it took after."""
        self.current += 1
        print(f"[{self.current}/{self.total}] {title}", flush=True)
        began = time.monotonic()
        yield
        print(f"      done in {time.monotonic() - began:.1f} s", flush=True)


def report(trouble: Trouble) -> int:
    """Print a trouble with its remedy; return the exit code for it."""
    print(f"\n✗ {trouble.problem}\n  To mend it: {trouble.remedy}", file=sys.stderr, flush=True)
    return 1
