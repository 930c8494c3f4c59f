"""Which groups are looked at, and whom each is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from fairness.errors import ReferenceUnknown
from fairness.records import NOT_RECORDED, WEIGHT, Units, key_column


def groupings(columns: tuple[str, ...], depth: int) -> tuple[tuple[str, ...], ...]:
    """Everyone, each column, then intersections of up to ``depth`` columns."""
    sizes = range(0, min(depth, len(columns)) + 1)
    return tuple(by for size in sizes for by in combinations(columns, size))


def reference_group(
    units: Units, by: tuple[str, ...], asked: Mapping[str, str]
) -> Mapping[str, str] | None:
    """The group all others of ``by`` are compared with: the one asked for, else the largest.

    Ties go to the first in alphabetical order. None when nobody's group is recorded.
    """
    check_references(units, asked)
    frame = units.frame
    keys = [key_column(name) for name in by]
    for name, key in zip(by, keys, strict=True):
        frame = frame[frame[key].isin(_recorded(frame[key]))]
        if name in asked:
            frame = frame[frame[key] == asked[name]]
    if frame.empty or not by:
        return None
    sizes = frame.groupby(keys, sort=True, observed=True)[WEIGHT].sum()
    largest = sizes.idxmax()
    values = largest if isinstance(largest, tuple) else (largest,)
    return {name: str(value) for name, value in zip(by, values, strict=True)}


def _recorded(values: pd.Series[Any]) -> list[Any]:
    """Its distinct values but for those that say nothing was recorded."""
    kinds = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values
    return [v for v in pd.unique(kinds) if not str(v).startswith(NOT_RECORDED)]


def check_references(units: Units, asked: Mapping[str, str]) -> None:
    """Raises ReferenceUnknown, listing what could have been meant."""
    for name, value in asked.items():
        if name not in units.groups:
            raise ReferenceUnknown(
                f"--reference {name}={value}: {name!r} is not one of the groups. "
                f"Use one of: {', '.join(units.groups)}."
            )
        values = set(units.frame[key_column(name)].astype(str))
        seen = sorted(value for value in values if not value.startswith(NOT_RECORDED))
        if value not in seen:
            raise ReferenceUnknown(
                f"--reference {name}={value}: no {units.unit} has that value. "
                f"Use one of: {', '.join(seen)}."
            )
