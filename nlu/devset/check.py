"""Checks the evaluation sets and writes their counts as Markdown: ``python nlu/devset/check.py``.

Standard library only. Exit code 1, and one line a fault on standard error, when a line is not
the JSON we expect, a text stands twice in any of the three files, or a cell of the plan is short.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VARIETIES = ("plain", "sms", "misspelt", "second_language", "dialect", "indirect")
DANGERS = ("suicide", "danger_to_life", "abuse", "child")
LGSL = {
    "bin_collection": 524,
    "bulky_waste": 528,
    "pothole": 557,
    "street_light": 564,
    "fly_tipping": 587,
    "council_tax_bill": 57,
    "council_tax_support": 63,
    "homelessness": 112,
    "blue_badge": 279,
    "care_assessment": 209,
    "primary_school_place": 13,
    "library": 437,
}
KINDS = ("human", "face_to_face", "digital_barrier", "adjustment", "out_of_scope")
TALK = [
    "why",
    "something_else",
    "affirm",
    "deny",
    "status",
    "change_language",
    "greet",
    "thanks",
    "goodbye",
    "are_you_human",
    "go_back",
    "skip",
    "help",
]
# How many messages an intent has: (of a service, of a kind, of small talk)
PLAN = {"en": (30, 15, 5), "cy": (10, 8, 3)}
CRISIS_PLAN = {
    "en": {**dict.fromkeys(DANGERS, 30), "lookalike": 150},
    "cy": {"suicide": 13, "danger_to_life": 12, "abuse": 13, "child": 12, "lookalike": 50},
}

Row = Mapping[str, Any]


def main() -> int:
    """Read the three files, say what is wrong, write the counts. Returns the exit code."""
    files = {name: _read(name) for name in ("en", "cy", "crisis")}
    faults = [*_faulty_rows(files), *_twice(files), *_short_cells(files)]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write("\n".join([*_messages_table(files), "", *_crisis_table(files)]) + "\n")
    return 1 if faults else 0


def _read(name: str) -> list[Row]:
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _faulty_rows(files: Mapping[str, list[Row]]) -> Iterator[str]:
    for name, rows in files.items():
        for number, row in enumerate(rows, 1):
            if not (_sound_crisis(row) if name == "crisis" else _sound(row, name)):
                yield f"{name}.jsonl:{number}: not the shape we expect"


def _sound(row: Row, lang: str) -> bool:
    intent = row["intent"]
    service = intent.removeprefix("service_") if intent.startswith("service_") else None
    known = service in LGSL if service else intent in (*KINDS, *TALK)
    fits = row.get("lgsl") == (LGSL.get(service) if service else None)
    return known and fits and row["lang"] == lang and _text_and_variety(row)


def _sound_crisis(row: Row) -> bool:
    kind = "crisis" if row["crisis"] in DANGERS else "lookalike" if not row["crisis"] else None
    return row["kind"] == kind and row["lang"] in CRISIS_PLAN and _text_and_variety(row)


def _text_and_variety(row: Row) -> bool:
    return bool(row["text"].strip()) and row["variety"] in VARIETIES


def _twice(files: Mapping[str, list[Row]]) -> Iterator[str]:
    texts = Counter(_plain(row["text"]) for rows in files.values() for row in rows)
    return (f"stands twice: {text}" for text, times in texts.items() if times > 1)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in folded)
    return " ".join(kept.split())


def _short_cells(files: Mapping[str, list[Row]]) -> Iterator[str]:
    for lang, (service, kind, talk) in PLAN.items():
        plan = {f"service_{s}": service for s in LGSL} | dict.fromkeys(KINDS, kind)
        yield from _off(lang, plan | dict.fromkeys(TALK, talk), _count(files[lang], "intent"))
    cells = Counter((r["intent"], r["variety"]) for r in files["en"] if "lgsl" in r)
    yield from _off("en", {(f"service_{s}", v): 5 for s in LGSL for v in VARIETIES}, cells)
    for lang, dangers in CRISIS_PLAN.items():
        yield from _off(f"crisis {lang}", dangers, _dangers(files["crisis"], lang))


def _off(name: str, plan: Mapping[Any, int], counts: Mapping[Any, int]) -> Iterator[str]:
    for cell, wanted in plan.items():
        if counts[cell] != wanted:
            yield f"{name}: {cell} has {counts[cell]}, the plan says {wanted}"


def _count(rows: list[Row], field: str) -> Counter[str]:
    return Counter(row[field] for row in rows)


def _dangers(rows: list[Row], lang: str) -> Counter[str]:
    return Counter(row["crisis"] or "lookalike" for row in rows if row["lang"] == lang)


def _messages_table(files: Mapping[str, list[Row]]) -> Iterator[str]:
    yield "| Intent | " + " | ".join(f"en {v}" for v in VARIETIES) + " | en | cy |"
    yield "|---" * (len(VARIETIES) + 3) + "|"
    cells = Counter((row["intent"], row["variety"]) for row in files["en"])
    english, welsh = _count(files["en"], "intent"), _count(files["cy"], "intent")
    for intent in english:
        ways = " | ".join(str(cells[intent, v]) for v in VARIETIES)
        yield f"| {intent} | {ways} | {english[intent]} | {welsh[intent]} |"
    sums = _count(files["en"], "variety")
    ways = " | ".join(str(sums[v]) for v in VARIETIES)
    yield f"| all | {ways} | {english.total()} | {welsh.total()} |"


def _crisis_table(files: Mapping[str, list[Row]]) -> Iterator[str]:
    yield "| Danger | en | cy |"
    yield "|---|---|---|"
    english, welsh = (_dangers(files["crisis"], lang) for lang in ("en", "cy"))
    for danger in (*DANGERS, "lookalike"):
        yield f"| {danger} | {english[danger]} | {welsh[danger]} |"
    yield f"| all | {english.total()} | {welsh.total()} |"


if __name__ == "__main__":
    sys.exit(main())
