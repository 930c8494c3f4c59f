"""How much danger the safety check finds, and how often it is wrong: ``python -m nlu.safety_report``.

Standard library and ``bot`` only. Reads ``nlu/devset``; with file names, those files instead.
Every share has its count and a 95% Wilson interval.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bot.safety import SafetyCheck, shipped_safety_check

DEVSET = Path(__file__).parent / "devset"
FILES = ("crisis_heldout.jsonl", "crisis.jsonl", "en.jsonl", "cy.jsonl")
Z = 1.96  # of a normal distribution: 95%


@dataclass(frozen=True)
class Judged:
    """One message: its language, the danger it tells of (None: none), way of writing, and the
    danger that was found (None: none)."""

    language: str
    danger: str | None
    variety: str
    found: str | None


def main(names: Sequence[str]) -> int:
    """Write the report of each file to standard output."""
    for path in [Path(name) for name in names] or [DEVSET / name for name in FILES]:
        rows = list(judge(shipped_safety_check(), path.read_text("utf-8").splitlines()))
        sys.stdout.write(f"\n## {path.name}\n\n" + "\n".join(report(rows)) + "\n")
    return 0


def judge(check: SafetyCheck, lines: Iterable[str]) -> Iterator[Judged]:
    """Every message of a JSON Lines file as the check finds it."""
    for line in filter(str.strip, lines):
        row = json.loads(line)
        found = check.danger(row["text"])
        kind = found.kind if found else None
        yield Judged(row["lang"], row.get("crisis"), row["variety"], kind)


def report(rows: Sequence[Judged]) -> Iterator[str]:
    """A Markdown table: share found by danger and way of writing, false alarms likewise."""
    yield "| Language | What | n | share (95%) |"
    yield "|---|---|---|---|"
    danger = [row for row in rows if row.danger]
    harmless = [row for row in rows if not row.danger]
    yield from _table("found", danger, lambda row: row.found is not None)
    found = [row for row in danger if row.found]
    yield from _lines("right kind, of those found", found, lambda row: row.found == row.danger)
    yield from _table("false alarm", harmless, lambda row: row.found is not None)


def _table(what: str, rows: Sequence[Judged], hit: Callable[[Judged], bool]) -> Iterator[str]:
    yield from _lines(what, rows, hit)
    for name in sorted({row.danger for row in rows if row.danger}):
        yield from _lines(f"{what}: {name}", [row for row in rows if row.danger == name], hit)
    for name in sorted({row.variety for row in rows}):
        yield from _lines(f"{what}: {name}", [row for row in rows if row.variety == name], hit)


def _lines(what: str, rows: Sequence[Judged], hit: Callable[[Judged], bool]) -> Iterator[str]:
    total = Counter(row.language for row in rows)
    hits: Mapping[str, int] = Counter(row.language for row in rows if hit(row))
    for language, n in sorted(total.items()):
        low, high = wilson(hits[language], n)
        share = f"{hits[language] / n:.1%} ({low:.1%} to {high:.1%})"
        yield f"| {language} | {what} | {n} | {share} |"


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The Wilson interval of ``hits`` out of ``n`` > 0: two shares from 0 to 1."""
    share, spread = hits / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
