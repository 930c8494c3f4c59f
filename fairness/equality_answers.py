"""Join conversations to what citizens told about themselves. Only this room can: it has the key.

Not asked, asked but left empty, and prefers not to say are three different things and stay
three groups: shown, counted, never judged. Nothing is ever inferred from a name or a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection, inspect, text

from bot.equality import PREFER_NOT_TO_SAY, UNKNOWN, linker
from bot.files.equality_schemes import load_schemes
from fairness.conversations import COUNT
from fairness.records import NOT_RECORDED

NOT_ASKED_GROUP = f"{NOT_RECORDED}: not asked"
EMPTY_GROUP = f"{NOT_RECORDED}: left empty"
REFUSED_GROUP = f"{NOT_RECORDED}: prefers not to say"


def questions() -> tuple[str, ...]:
    """Every question of every scheme: what conversations can be grouped by."""
    names = (q.id for scheme in load_schemes().values() for q in scheme.questions)
    return tuple(dict.fromkeys(names))


Sheets = Mapping[str, Mapping[str, str]]
"""link → question → group."""


def groups_of(
    sheets: Sheets, ids: Sequence[str], asked: Sequence[str], key: str
) -> dict[str, list[str]]:
    """The group of each conversation for each question in ``asked``; broad ones where there are."""
    links = list(map(linker(key), ids))
    return {q: [_group(sheets.get(link), q) for link in links] for q in asked}


def read_sheets(connection: Connection, asked: Sequence[str]) -> Sheets:
    """Every sheet: who is not in the window is not told apart by being looked up."""
    if "equality_answers" not in inspect(connection).get_table_names():
        return {}
    rows = connection.execute(text("SELECT link, question, answer, scheme FROM equality_answers"))
    grouping = {
        (scheme.id, q.id): q.grouping
        for scheme in load_schemes().values()
        for q in scheme.questions
    }
    found: dict[str, dict[str, str]] = {}
    for link, question, answer, scheme in rows:
        sheet = found.setdefault(link, {})
        if question in asked:
            sheet[question] = _broad(grouping.get((scheme, question), {}), answer)
    return found


def _broad(grouping: Mapping[str, str], answer: str) -> str:
    special = {PREFER_NOT_TO_SAY: REFUSED_GROUP, UNKNOWN: EMPTY_GROUP}
    return special.get(answer) or grouping.get(answer, answer)


def _group(sheet: Mapping[str, str] | None, question: str) -> str:
    return NOT_ASKED_GROUP if sheet is None else sheet.get(question, EMPTY_GROUP)


def answer_notes(one: pd.DataFrame, asked: Sequence[str]) -> tuple[str, ...]:
    """How many answered, and in which way the others did not. ``one`` has COUNT a row."""
    notes = []
    for question in asked:
        counts = one.groupby(question)[COUNT].sum()
        silent = (NOT_ASKED_GROUP, EMPTY_GROUP, REFUSED_GROUP)
        answered = int(counts.sum()) - sum(int(counts.get(name, 0)) for name in silent)
        notes.append(f"Conversations with an answer to {question}: {answered}.")
        for name, words in zip(silent, ("not asked", "left empty", "preferred not to say"),
                               strict=True):  # fmt: skip
            notes.append(f"{question}, {words}: {int(counts.get(name, 0))}.")
    return tuple(notes)
