"""Measures of the area a postcode lies in (IMD decile …). They speak of areas, not of people.

A file has a column ``lsoa`` and one or more measures; a conversation whose citizen gave no
postcode, or one that no file knows, is of no recorded area.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from fairness.errors import TableWrong

IMD = Path(__file__).parent / "area_data" / "imd_deciles.csv"
MOST_VALUES = 20
"""More different values than this are no groups."""


@dataclass(frozen=True)
class Areas:
    """``measures``: name → LSOA code → value, as text."""

    measures: Mapping[str, Mapping[str, str]]

    @property
    def names(self) -> tuple[str, ...]:
        """What conversations can be grouped by."""
        return tuple(self.measures)


def read_areas(path: Path | None = None) -> Areas:
    """The deprivation deciles that come with Fairway, and the measures in ``path``.

    Raises TableWrong naming what is wrong with the file.
    """
    return Areas({**_read(IMD), **(_read(path) if path else {})})


@cache
def _read(path: Path) -> Mapping[str, Mapping[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = [n for n in reader.fieldnames or () if n and n != "lsoa"]
            if "lsoa" not in (reader.fieldnames or ()) or not names:
                raise TableWrong(path, "it has no column lsoa beside others", "Add it")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableWrong(path, f"it cannot be read ({error})", "Save it as CSV, UTF-8") from None
    return {name: _column(path, rows, name) for name in names}


def _column(path: Path, rows: Sequence[Mapping[str, str]], name: str) -> Mapping[str, str]:
    found = {row["lsoa"]: str(row[name]).strip() for row in rows if row["lsoa"] and row[name]}
    if len(set(found.values())) > MOST_VALUES:
        raise TableWrong(
            path, f"more than {MOST_VALUES} different values are no groups",
            "Give deciles, quintiles or bands", column=name,
        )  # fmt: skip
    return {area: _said(name, value) for area, value in found.items()}


def _said(name: str, value: str) -> str:
    """``decile 01 (most deprived)``: sorts as it should and says what it is of."""
    if name != "imd_decile":
        return value
    ends = {"1": " (most deprived)", "10": " (least deprived)"}
    return f"area decile {int(value):02}{ends.get(value, '')}"


def with_areas(
    one: pd.DataFrame, areas: Areas, named: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """``one`` with the measures in ``named`` in place of its ``lsoa``, and a note on each."""
    codes = one["lsoa"] if "lsoa" in one else pd.Series(None, one.index, dtype=object)
    columns = {name: codes.map(areas.measures[name]).astype(object) for name in named}
    notes = tuple(
        f"{name} speaks of the area of a postcode that was given, not of any person in it."
        for name in named
    )
    spare = [c for c in ("lsoa",) if c in one]
    return one.drop(columns=spare).assign(**columns), notes
