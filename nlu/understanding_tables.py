"""The figures of understanding as Markdown tables, for docs/understanding.md.

A table has a row for every language (or way of writing) that has such figures; a set without
services has no table of services. Shares stand with how many of how many, and their interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from nlu.shares import Share

Key = tuple[str, str, str]
Column = tuple[str, str, str]
"""A heading, and what and which group it shows."""
SERVICES: tuple[Column, ...] = (
    ("service right", "service, first guess", "all"),
    ("among the first three", "service, first three", "all"),
    ("not understood", "not understood", "all"),
)
CALIBRATION: tuple[Column, ...] = (
    ("calibration error", "calibration error", "all"),
    ("by chance up to", "calibration error by chance", "all"),
)
KINDS: tuple[Column, ...] = (
    ("person", "kind", "human"),
    ("face to face", "kind", "face_to_face"),
    ("digital barrier", "kind", "digital_barrier"),
    ("adjustment", "kind", "adjustment"),
    ("nobody's or another body's", "kind", "out_of_scope"),
)
DANGER: tuple[Column, ...] = (
    ("danger found", "danger found", "all"),
    ("of it by the first check alone", "danger found, first check", "all"),
    ("look-alikes taken for danger", "false alarm", "look-alikes"),
    ("danger found in a form", "danger found, in form", "all"),
    ("answers in a form taken for danger", "false alarm, in form", "answers"),
)
HEARD: tuple[Column, ...] = (("language right, 3 words or more", "language", "3 words or more"),)
TIMES: tuple[Column, ...] = (
    ("ms, median", "ms, median", "all"),
    ("ms, 95th percentile", "ms, 95th percentile", "all"),
)
TABLES = (
    ("Services", SERVICES),
    ("Confidence", CALIBRATION),
    ("Kinds", KINDS),
    ("Danger", DANGER),
    ("Language", HEARD),
)
VARIETIES = ("plain", "sms", "misspelt", "second_language", "dialect", "indirect")


def tables(shares: Sequence[Share], model: str, sets: Sequence[str], jobs: int) -> str:
    """All tables, with the date, the model and the sets before them; where messages were read one
    after the other, how long each took instead: beside each other that is the machine's."""
    held = {one.key: one for one in shares}
    head = f"{date.today()}, model {model}, sets: {', '.join(sets)}."
    if jobs == 1:
        return f"{head}\n\n{_by_language('Time of a message', TIMES, held)}"
    parts = [_by_language(title, columns, held) for title, columns in TABLES]
    parts.insert(1, _by_variety(held))
    return "\n\n".join([head, *(part for part in parts if part)])


def _by_language(title: str, columns: Sequence[Column], held: Mapping[Key, Share]) -> str:
    here = [c for c in columns if any(key[0] == c[1] and key[2] == c[2] for key in held)]
    wanted = {(what, group) for _, what, group in here}
    spoken = sorted({lang for what, lang, group in held if (what, group) in wanted})
    rows = [
        [lang, *(_cell(held.get((what, lang, group))) for _, what, group in here)]
        for lang in spoken
    ]
    return _table(title, ["language", *(c[0] for c in here)], rows)


def _by_variety(held: Mapping[Key, Share]) -> str:
    rows = list(_variety_rows(held))
    return _table("English ways of writing", ["way", *(c[0] for c in SERVICES)], rows)


def _variety_rows(held: Mapping[Key, Share]) -> Iterator[list[str]]:
    for variety in VARIETIES:
        if (SERVICES[0][1], "en", variety) in held:
            yield [variety, *(_cell(held.get((what, "en", variety))) for _, what, _ in SERVICES)]


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return f"**{title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(one: Share | None) -> str:
    if one is None or one.share is None:
        return "–"
    if one.low is None or one.high is None:
        return f"{one.share:.3f}, n {one.n}"
    return f"{one.share:.3f} ({one.low:.2f} to {one.high:.2f}), n {one.n}"
