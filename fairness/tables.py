"""Any table as units to audit: one row a person, or one row a count of people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from fairness.csv_file import CsvFile, read_csv
from fairness.errors import TableWrong
from fairness.records import (
    NOT_RECORDED,
    PICKED,
    TRUTH,
    WEIGHT,
    Measure,
    Source,
    Units,
    key_column,
)

MOST_GROUPS = 100


@dataclass(frozen=True)
class TableColumns:
    """What the columns of a table mean. ``positive`` and ``truth_positive`` are values."""

    outcome: str
    positive: tuple[str, ...]
    groups: tuple[str, ...]
    truth: str | None = None
    truth_positive: tuple[str, ...] = ()
    weight: str | None = None
    within: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every column to read."""
        named = (self.outcome, *self.groups, self.truth, self.weight, self.within)
        return tuple(dict.fromkeys(name for name in named if name))


def read_table(path: Path, columns: TableColumns) -> Units:
    """``path`` as units. Raises TableWrong: see ``read_csv``, and wrong values and weights."""
    _check_roles(path, columns)
    file = read_csv(path, columns.all)
    weight, kind, notes = _weights(file, columns.weight)
    frame = pd.DataFrame({WEIGHT: weight})
    within = (columns.within,) if columns.within else ()
    for name in (*columns.groups, *within):
        frame[key_column(name)] = group_values(file, name)
    frame[PICKED] = _positive(file, columns.outcome, columns.positive)
    if columns.truth:
        frame[TRUTH] = _positive(file, columns.truth, columns.truth_positive)
    measures = table_measures(columns)
    for measure in measures:
        frame[measure.column] = _event(measure.name, frame)
    return Units(
        frame=frame[frame[WEIGHT] > 0].reset_index(drop=True),
        groups=columns.groups,
        within=within,
        measures=measures,
        source=Source("table", str(path), len(file.lines), file.sha256),
        unit="row",
        weights=kind,
        missing=file.missing(),
        notes=(*file.notes, *notes),
    )


def table_measures(columns: TableColumns) -> tuple[Measure, ...]:
    """The selection rate and, where the truth is known, the error rates."""
    picked = " or ".join(columns.positive)
    selection = Measure(
        "selection_rate",
        f"Selection rate ({columns.outcome}: {picked})",
        f"Of all recorded, how many have {columns.outcome} = {picked}.",
        "Look at who is selected and why, step by step, before changing anything.",
        of="|".join(columns.positive),
        worse="lower",
    )
    if not columns.truth:
        return (selection,)
    truly = " or ".join(columns.truth_positive)
    return (
        selection,
        Measure(
            "true_positive_rate",
            "True positive rate",
            f"Of those with {columns.truth} = {truly}, how many were selected.",
            "Look at the cases that should have been selected and were not.",
            worse="lower",
        ),
        Measure(
            "false_positive_rate",
            "False positive rate",
            f"Of those without {columns.truth} = {truly}, how many were selected all the same.",
            "Look at the cases that should not have been selected.",
        ),
        Measure(
            "false_negative_rate",
            "False negative rate",
            f"Of those with {columns.truth} = {truly}, how many were not selected.",
            "Look at the cases that should have been selected and were not.",
        ),
    )


def group_values(file: CsvFile, name: str) -> pd.Series[str]:
    """A group column with blanks written out. Raises TableWrong for what is no grouping."""
    values = file.frame[name]
    distinct = values.nunique()
    if distinct > MOST_GROUPS:
        raise TableWrong(
            file.path, f"{distinct} different values are too many to compare",
            f"Put them into at most {MOST_GROUPS} bands first", column=name,
        )  # fmt: skip
    if NOT_RECORDED in set(values):
        raise TableWrong(
            file.path, f"the value {NOT_RECORDED!r} is what this audit calls a blank",
            "Leave those cells empty", column=name,
        )  # fmt: skip
    return values.fillna(NOT_RECORDED).astype(str)


def _check_roles(path: Path, columns: TableColumns) -> None:
    """Each column has one part to play."""
    named = [columns.outcome, *columns.groups, columns.truth, columns.weight, columns.within]
    given = [name for name in named if name]
    for name in given:
        if given.count(name) > 1:
            raise TableWrong(
                path, "this column is given more than one part",
                "Use it once among --outcome, --truth, --weight, --within and --groups",
                column=name,
            )  # fmt: skip


def _positive(file: CsvFile, column: str, positive: tuple[str, ...]) -> pd.Series[float]:
    """1.0 where the value is one of ``positive``, 0.0 where another, NaN where missing."""
    values = file.frame[column]
    seen = set(values.dropna())
    for value in positive:
        if value not in seen:
            some = ", ".join(sorted(map(str, seen))[:20]) or "none: the column is empty"
            raise TableWrong(
                file.path, f"the value {value!r} never occurs",
                f"Upper and lower case matter. The values are: {some}", column=column,
            )  # fmt: skip
    return values.isin(positive).astype(float).where(values.notna())


def _event(name: str, frame: pd.DataFrame) -> pd.Series[float]:
    picked = frame[PICKED]
    if name == "selection_rate":
        return picked
    truth = frame[TRUTH]
    if name == "false_positive_rate":
        return picked.where(truth == 0.0)
    of_true = picked.where(truth == 1.0)
    return of_true if name == "true_positive_rate" else 1.0 - of_true


def _weights(
    file: CsvFile, column: str | None
) -> tuple[np.ndarray, Literal["none", "counts", "survey"], tuple[str, ...]]:
    if column is None:
        return np.ones(len(file.lines)), "none", ()
    weights = pd.to_numeric(file.frame[column], errors="coerce").to_numpy(float)
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        first = int(np.argmax(bad))
        raise TableWrong(
            file.path, f"the weight is {_shown(file.frame[column].iloc[first])}",
            "A weight is a number from 0 up: mend or remove this row"
            + (f" and {int(bad.sum()) - 1} more like it" if bad.sum() > 1 else ""),
            row=int(file.lines[first]), column=column,
        )  # fmt: skip
    if not weights.any():
        raise TableWrong(file.path, "every weight is 0", "Give the counts", column=column)
    zero = int((weights == 0).sum())
    notes = (f"Rows of weight 0, which count nobody: {zero}.",) if zero else ()
    whole = bool(np.allclose(weights, np.rint(weights), atol=1e-9, rtol=0))
    if whole:
        return weights, "counts", notes
    survey = (
        "The weights are not whole numbers, so they are taken as survey weights: intervals and "
        "tests use Kish's effective sample size."
    )
    return weights, "survey", (*notes, survey)


def _shown(value: object) -> str:
    return "missing" if value is None or value != value else repr(value)
