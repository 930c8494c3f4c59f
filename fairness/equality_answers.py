"""Join conversations to what citizens told about themselves. Only this room can: it has the key.

Not asked, asked but left empty, and prefers not to say are three different things and stay
three groups: shown, counted, never judged. Nothing is ever inferred from a name or a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, inspect, text

from bot.equality import PREFER_NOT_TO_SAY, UNKNOWN, link_of
from bot.files.equality_schemes import load_schemes
from fairness.records import NOT_RECORDED

NOT_ASKED_GROUP = f"{NOT_RECORDED}: not asked"
EMPTY_GROUP = f"{NOT_RECORDED}: left empty"
REFUSED_GROUP = f"{NOT_RECORDED}: prefers not to say"


@dataclass(frozen=True)
class Joined:
    """``groups``: question → group of each conversation, in the order asked for."""

    groups: Mapping[str, list[str]]
    notes: tuple[str, ...]


def questions() -> tuple[str, ...]:
    """Every question of every scheme: what conversations can be grouped by."""
    names = (q.id for scheme in load_schemes().values() for q in scheme.questions)
    return tuple(dict.fromkeys(names))


def join_answers(
    connection: Connection, ids: Sequence[str], asked: Sequence[str], key: str
) -> Joined:
    """The group of each conversation for each question in ``asked``; broad ones where there are.

    Reads every sheet: who is not in the window is not told apart by being looked up.
    """
    held = _read(connection, asked)
    links = [link_of(name, key) for name in ids]
    groups = {q: [_group(held.get(link), q) for link in links] for q in asked}
    return Joined(groups, _notes(groups))


def _read(connection: Connection, asked: Sequence[str]) -> dict[str, dict[str, str]]:
    """link → question → group."""
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


def _notes(groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    """How many answered, and in which way the others did not."""
    notes = []
    for question, values in groups.items():
        counts = pd.Series(values, dtype=object).value_counts()
        silent = (NOT_ASKED_GROUP, EMPTY_GROUP, REFUSED_GROUP)
        answered = len(values) - sum(int(counts.get(name, 0)) for name in silent)
        notes.append(f"Conversations with an answer to {question}: {answered}.")
        for name, words in zip(silent, ("not asked", "left empty", "preferred not to say"),
                               strict=True):  # fmt: skip
            notes.append(f"{question}, {words}: {int(counts.get(name, 0))}.")
    return tuple(notes)
