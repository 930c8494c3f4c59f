"""Which conversations lie behind one figure of a report, and a few of them drawn at random.

Only behind figures that are shown, and only where all groups are of the service's own making
(language, medium, service …): what citizens told about themselves is never set beside their words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from fairness.conversations import MEASURES, event_of
from fairness.database import AT_A_TIME, GROUPS, as_units_want
from fairness.errors import NotToBeOpened
from fairness.reading import reading
from fairness.records import NOT_RECORDED, Measure
from fairness.sql_counts import Tables, Window, each_conversation
from fairness.words_of import open_to_auditors

MOST = 10


@dataclass(frozen=True)
class Figure:
    """One figure of a report: which measure, for whom, inside what."""

    measure: Measure
    group: Mapping[str, str]
    within: Mapping[str, str]

    @property
    def place(self) -> dict[str, str]:
        """Every group that a conversation must be in."""
        return {**self.within, **self.group}


@dataclass(frozen=True)
class Drawn:
    """``found``: how many there are to draw from, rounded to 5; none of them is a safeguarding
    case, so that the number tells nothing of those. ``ids``: a few of them."""

    found: int
    ids: tuple[str, ...]


def figure_of(
    report: Mapping[str, Any], measure: str, of: str | None, group: Mapping[str, str],
    within: Mapping[str, str],
) -> Figure:  # fmt: skip
    """The figure in ``report`` (a report.json), if what lies behind it may be read.

    Raises NotToBeOpened.
    """
    found = next((m for m in MEASURES if m.name == measure and m.of == of), None)
    shown = any(
        (m["measure"], m["of"], m["group"], m["within"]) == (measure, of, dict(group), dict(within))
        and m["status"] == "estimated"
        for m in report["measures"]
    )
    if found is None or not shown or report["provenance"]["source"]["kind"] != "database":
        raise NotToBeOpened
    if not {*group, *within} <= set(GROUPS):
        raise NotToBeOpened(
            "What citizens told about themselves is never set beside their words. "
            "Choose a figure by language, medium or service."
        )
    return Figure(found, group, within)


def draw(
    url: str, figure: Figure, since: date | None, until: date | None, seed: str, most: int = MOST
) -> Drawn:
    """Up to ``most`` conversations of the group that had the harm; the same ``seed``, the same.

    Raises DatabaseUnreadable.
    """
    with reading(url) as connection:
        ids = open_to_auditors(connection, sorted(_ids(connection, figure, Window(since, until))))
    drawn = random.Random(seed).sample(ids, min(most, len(ids)))
    return Drawn(5 * ((len(ids) + 2) // 5), tuple(drawn))


def which(figure: Figure) -> str:
    """What the conversations drawn have in common, in words."""
    if figure.measure.kind == "quantile":
        return "The tenth with the highest figure."
    if figure.measure.worse == "lower":
        return "Those for which it did not happen."
    return "Those for which it happened."


def _ids(connection: sa.Connection, figure: Figure, window: Window) -> Iterator[str]:
    each = each_conversation(Tables(connection), window)
    query = sa.select(each).where(*(_is(each.c[n], v) for n, v in figure.place.items()))
    rows = connection.execution_options(stream_results=True).execute(query)
    for some in rows.partitions(AT_A_TIME):
        frame = pd.DataFrame(some, columns=list(rows.keys()), dtype=object)
        names = frame.pop("conversation_id")
        event = event_of(figure.measure, as_units_want(frame, GROUPS))
        yield from names[_harmed(figure.measure, event)]


def _harmed(measure: Measure, event: pd.Series[float]) -> pd.Series[bool]:
    """The event itself; where less is worse, those without it; of waits, the longest tenth."""
    if measure.kind == "quantile":
        return event >= event.quantile(0.9)
    return event == (0.0 if measure.worse == "lower" else 1.0)


def _is(column: sa.ColumnElement[Any], value: str) -> sa.ColumnElement[bool]:
    blank = value.startswith(NOT_RECORDED) or value == "none asked for"
    return column.is_(None) if blank else column == value
