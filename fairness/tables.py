"""Any table as units to audit: one row a person, or one row a count of people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from fairness.csv_file import CsvFile, read_columns
from fairness.errors import TableWrong
from fairness.records import (
    CLUSTER,
    NOT_RECORDED,
    PEOPLE,
    PICKED,
    SQUARED,
    TRUTH,
    WEIGHT,
    Measure,
    Source,
    Units,
    key_column,
)

MOST_GROUPS = 100
MOST_CLASSES = 20
ALONE = (
    "Only selection rates are known here. Without what should have been decided (--truth) no rate "
    "can be judged right or wrong: a gap is a reason to look, and no more."
)


@dataclass(frozen=True)
class TableColumns:
    """What the columns of a table mean. ``positive`` and ``truth_positive`` are values.

    Without ``positive`` every value of ``outcome`` is a class of its own, one against the
    rest. Rows with one value of ``cluster`` belong together; of rows with one value of
    ``id`` the first counts.
    """

    outcome: str
    positive: tuple[str, ...]
    groups: tuple[str, ...]
    truth: str | None = None
    truth_positive: tuple[str, ...] = ()
    weight: str | None = None
    within: str | None = None
    cluster: str | None = None
    id: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every column to read but ``id``, which is only looked at for repeats."""
        named = (
            self.outcome, *self.groups, self.truth, self.weight, self.within, self.cluster,
        )  # fmt: skip
        return tuple(dict.fromkeys(name for name in named if name))


def read_table(path: Path, columns: TableColumns) -> Units:
    """``path`` as units. Raises TableWrong: see ``read_columns``, wrong values and weights."""
    _check_roles(path, columns)
    file = read_columns(path, columns.all, once=columns.id)
    weight, kind, notes = _weights(file, columns.weight)
    frame = pd.DataFrame({WEIGHT: weight * file.counts, SQUARED: weight**2 * file.counts})
    if kind == "survey":
        frame[PEOPLE] = file.counts
    within = (columns.within,) if columns.within else ()
    for name in (*columns.groups, *within):
        frame[key_column(name)] = group_values(file, name)
    if columns.cluster:
        frame[CLUSTER] = _whole_clusters(file, columns.cluster)
    classes = _classes(file, columns)
    for name in classes:
        _add_class(frame, file, columns, name)
    measures = tuple(m for name in classes for m in class_measures(columns, name))
    for measure in measures:
        frame[measure.column] = _event(measure, frame)
    return Units(
        frame=frame[frame[WEIGHT] > 0].reset_index(drop=True),
        groups=columns.groups,
        within=within,
        measures=measures,
        source=Source("table", str(path), file.rows, file.sha256),
        unit="row",
        weights=kind,
        missing=file.missing(),
        notes=(*file.notes, *notes, *(() if columns.truth else (ALONE,))),
    )


def _classes(file: CsvFile, columns: TableColumns) -> tuple[str | None, ...]:
    """None: one outcome against all others. Else each value that is decided or true."""
    if columns.positive:
        return (None,)
    seen: set[str] = set(file.frame[columns.outcome].dropna())
    if columns.truth:
        seen |= set(file.frame[columns.truth].dropna())
    if not 2 <= len(seen) <= MOST_CLASSES:
        raise TableWrong(
            file.path, f"{len(seen)} different values are no set of classes",
            "Say with --positive which values count as selected", column=columns.outcome,
        )  # fmt: skip
    return tuple(sorted(seen))


def _add_class(frame: pd.DataFrame, file: CsvFile, columns: TableColumns, name: str | None) -> None:
    """The columns of one class: whether it was decided and, where known, whether it was true."""
    if name is None:
        frame[PICKED] = _positive(file, columns.outcome, columns.positive)
        if columns.truth:
            frame[TRUTH] = _positive(file, columns.truth, columns.truth_positive)
        return
    frame[f"{PICKED}:{name}"] = _is(file.frame[columns.outcome], name)
    if columns.truth:
        frame[f"{TRUTH}:{name}"] = _is(file.frame[columns.truth], name)


def _is(values: pd.Series[str], wanted: str) -> pd.Series[float]:
    return (values == wanted).astype(float).where(values.notna())


def _whole_clusters(file: CsvFile, name: str) -> pd.Series[str]:
    """Which rows belong together. Raises TableWrong for a row of which that is not known."""
    values = file.frame[name]
    blank = values.isna()
    if blank.any():
        raise TableWrong(
            file.path, "the row belongs to no cluster",
            "Say in every row which others it belongs with",
            row=file.line(int(np.argmax(blank.to_numpy())), name), column=name,
        )  # fmt: skip
    return values.astype(str)


def class_measures(columns: TableColumns, name: str | None) -> tuple[Measure, ...]:
    """The selection rate of a class and, where the truth is known, its error rates."""
    picked = " or ".join(columns.positive) if name is None else name
    of_class = "" if name is None else f", {name} against the rest"
    selection = Measure(
        "selection_rate",
        f"Selection rate ({columns.outcome}: {picked})",
        f"Of all recorded, how many have {columns.outcome} = {picked}.",
        "Look at who is selected and why, step by step, before changing anything.",
        of="|".join(columns.positive) if name is None else name,
        worse="lower" if name is None else None,
        judged=name is None,
    )
    if not columns.truth:
        return (selection,)
    truly = " or ".join(columns.truth_positive) if name is None else name
    return (
        selection,
        Measure(
            "true_positive_rate",
            f"True positive rate{of_class}",
            f"Of those with {columns.truth} = {truly}, how many were selected{of_class}.",
            "Look at the cases that should have been selected and were not.",
            of=name,
            worse="lower",
        ),
        Measure(
            "false_positive_rate",
            f"False positive rate{of_class}",
            f"Of those without {columns.truth} = {truly}, how many were selected all the same"
            f"{of_class}.",
            "Look at the cases that should not have been selected.",
            of=name,
        ),
        Measure(
            "false_negative_rate",
            f"False negative rate{of_class}",
            f"Of those with {columns.truth} = {truly}, how many were not selected{of_class}.",
            "Look at the cases that should have been selected and were not.",
            of=name,
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
    named = [
        columns.outcome, *columns.groups, columns.truth, columns.weight, columns.within,
        columns.cluster,
    ]  # fmt: skip
    given = [name for name in named if name]
    for name in given:
        if given.count(name) > 1:
            raise TableWrong(
                path, "this column is given more than one part",
                "Use it once among --outcome, --truth, --weight, --within, --cluster and --groups",
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


def _event(measure: Measure, frame: pd.DataFrame) -> pd.Series[float]:
    # The selection rate of one outcome carries its values as ``of``, its columns do not.
    key = measure.of if measure.name != "selection_rate" or PICKED not in frame else None
    picked = frame[PICKED if key is None else f"{PICKED}:{key}"]
    if measure.name == "selection_rate":
        return picked
    truth = frame[measure.truth]
    if measure.name == "false_positive_rate":
        return picked.where(truth == 0.0)
    of_true = picked.where(truth == 1.0)
    return of_true if measure.name == "true_positive_rate" else 1.0 - of_true


def _weights(
    file: CsvFile, column: str | None
) -> tuple[np.ndarray, Literal["none", "counts", "survey"], tuple[str, ...]]:
    if column is None:
        return np.ones(len(file.counts)), "none", ()
    weights = pd.to_numeric(file.frame[column], errors="coerce").to_numpy(float)
    bad = ~np.isfinite(weights) | (weights < 0)
    number = int(file.counts[bad].sum())
    if number:
        first = int(np.argmax(bad))
        raise TableWrong(
            file.path, f"the weight is {_shown(file.frame[column].iloc[first])}",
            "A weight is a number from 0 up: mend or remove this row"
            + (f" and {number - 1} more like it" if number > 1 else ""),
            row=file.line(first, column), column=column,
        )  # fmt: skip
    if not weights.any():
        raise TableWrong(file.path, "every weight is 0", "Give the counts", column=column)
    zero = int(file.counts[weights == 0].sum())
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
