"""A decisions CSV: one row a conversation or a turn, columns named as in the database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fairness.big_decisions import read_big_decisions
from fairness.big_file import is_parquet, parquet_header
from fairness.conversations import CHANNEL_COLUMNS, CHANNELS, FLAGS, NUMBERS, Held, units_from
from fairness.csv_file import SMALL, CsvFile, plain_utf8, read_csv, read_header
from fairness.errors import TableWrong
from fairness.records import Source, Units
from fairness.tables import group_values

OUTCOME_CODES = ("resolved", "abandoned", "recontacted", "handed_over")
_TRUE, _FALSE = {"true", "1", "yes", "t", "y"}, {"false", "0", "no", "f", "n"}
_TELLS = (
    *FLAGS, *CHANNEL_COLUMNS, *NUMBERS, "outcome", "asked_at",
)  # fmt: skip
_VERSIONS = ("model_version", "policy_version")
_HANDOFF = ("asked_at", "claimed_at", "way", "outcome_code")


def read_decisions(
    path: Path, groups: tuple[str, ...], within: str | None, inputs: tuple[str, ...] = ()
) -> Units:
    """``path`` as conversations.

    Without a ``conversation_id`` column every row is a conversation of its own. Rows that
    repeat an ``id`` are counted and left out. Raises TableWrong: see ``read_csv``, and values
    that are none of those their column can hold.
    """
    named = (*groups, within) if within else groups
    if _is_big(path):
        separator, header = ("", parquet_header(path)) if is_parquet(path) else read_header(path)
        _check(path, header, named)
        return read_big_decisions(
            path, separator, header, groups, within, OUTCOME_CODES, inputs
        )  # fmt: skip
    file = read_csv(path)
    _check(path, file.header, named)
    frame = pd.DataFrame(index=range(len(file.lines)))
    frame["conversation_id"] = _conversations(file)
    for name in dict.fromkeys((*named, *CHANNEL_COLUMNS, *_VERSIONS, *inputs)):
        if name in file.header:
            frame[name] = file.frame[name]
    for name in named:
        group_values(file, name)
    for name in CHANNEL_COLUMNS:
        _only(file, name, CHANNELS)
    for name in FLAGS:
        if name in file.header:
            frame[name] = _flags(file, name)
    for name in NUMBERS:
        if name in file.header:
            frame[name] = _numbers(file, name)
    keep, notes = _once(file)
    handoffs = _handoffs(file, frame)
    held = Held(
        turns=_in_order(file, frame[keep]),
        outcomes=_outcomes(file, frame[keep]),
        handoffs=None if handoffs is None else handoffs[keep[handoffs.index]],
        source=_source(file),
        notes=(*file.notes, *notes),
        missing={k: v for k, v in file.missing().items() if k in (*_TELLS, "conversation_id")},
    )
    return units_from(held, groups, within, inputs)


def _in_order(file: CsvFile, frame: pd.DataFrame) -> pd.DataFrame:
    """Turns in the order they happened: by ``turn``, else ``at``, else as in the file."""
    for name in ("turn", "at"):
        if name in file.header:
            values = file.frame[name].loc[frame.index]
            order = pd.to_numeric(values, errors="coerce") if name == "turn" else values
            return frame.loc[order.sort_values(kind="stable").index]
    return frame


def _is_big(path: Path) -> bool:
    """Whether the file is counted where it lies: Parquet, or more than read_csv is meant for."""
    if not path.is_file() or path.stat().st_size < 4:
        return False
    return is_parquet(path) or (path.stat().st_size > SMALL and plain_utf8(path))


def _check(path: Path, header: tuple[str, ...], named: tuple[str, ...]) -> None:
    for name in named:
        if name not in header:
            raise TableWrong(
                path, "there is no such column",
                f"The columns are: {', '.join(header)}", column=name,
            )  # fmt: skip
    if not set(_TELLS) & set(header):
        raise TableWrong(
            path, "no column tells what became of the conversations",
            f"Add at least one of: {', '.join(_TELLS)}. For any other table use --table",
        )  # fmt: skip


def _conversations(file: CsvFile) -> pd.Series[str]:
    if "conversation_id" not in file.header:
        return pd.Series([f"row {line}" for line in file.lines], dtype=object)
    ids = file.frame["conversation_id"]
    if ids.isna().any():
        first = int(np.argmax(ids.isna().to_numpy()))
        raise TableWrong(
            file.path, "the conversation has no id",
            "Give every row its conversation_id, or remove the column so that each row counts "
            "as one conversation",
            row=file.line(first, "conversation_id"), column="conversation_id",
        )  # fmt: skip
    return ids


def _once(file: CsvFile) -> tuple[np.ndarray, tuple[str, ...]]:
    everyone = np.ones(len(file.lines), bool)
    if "id" not in file.header:
        return everyone, ()
    ids = file.frame["id"]
    again = (ids.duplicated() & ids.notna()).to_numpy()
    notes = (f"Rows that repeat an id, left out: {int(again.sum())}.",) if again.any() else ()
    return ~again, notes


def _only(file: CsvFile, name: str, allowed: tuple[str, ...]) -> None:
    if name not in file.header:
        return
    values = file.frame[name]
    _refuse(file, name, values.notna() & ~values.isin(allowed), f"Use one of: {', '.join(allowed)}")


def _flags(file: CsvFile, name: str) -> pd.Series[float]:
    text = file.frame[name].str.casefold() if file.frame[name].notna().any() else file.frame[name]
    wrong = text.notna() & ~text.isin(_TRUE | _FALSE)
    _refuse(file, name, wrong, "Use true or false")
    return text.isin(_TRUE).astype(float).where(text.notna())


def _numbers(file: CsvFile, name: str) -> pd.Series[float]:
    numbers = pd.to_numeric(file.frame[name], errors="coerce").astype(float)
    wrong = file.frame[name].notna() & ~(numbers >= 0)
    _refuse(file, name, wrong, "Use a number from 0 up, or leave it empty")
    return numbers


def _refuse(file: CsvFile, name: str, wrong: pd.Series[bool], remedy: str) -> None:
    if not wrong.any():
        return
    first = int(np.argmax(wrong.to_numpy()))
    more = int(wrong.sum()) - 1
    raise TableWrong(
        file.path, f"{file.frame[name].iloc[first]!r} cannot stand here",
        remedy + (f". {more} more rows have the same trouble" if more else ""),
        row=file.line(first, name), column=name,
    )  # fmt: skip


def _outcomes(file: CsvFile, frame: pd.DataFrame) -> pd.DataFrame | None:
    if "outcome" not in file.header:
        return None
    _only(file, "outcome", OUTCOME_CODES)
    codes = file.frame["outcome"].loc[frame.index]
    return pd.DataFrame({"conversation_id": frame["conversation_id"], "code": codes}).dropna()


def _handoffs(file: CsvFile, frame: pd.DataFrame) -> pd.DataFrame | None:
    if "asked_at" not in file.header:
        return None
    found = pd.DataFrame({"conversation_id": frame["conversation_id"]})
    for name in _HANDOFF:
        known = name in file.header
        found[name] = file.frame[name] if known else pd.Series(None, frame.index, dtype=object)
    for name in ("asked_at", "claimed_at"):
        times = pd.to_datetime(found[name], utc=True, errors="coerce", format="ISO8601")
        if name in file.header:
            wrong = found[name].notna() & times.isna()
            _refuse(file, name, wrong, "Write times as 2026-01-31T09:30Z")
        found[name] = times
    return found.dropna(subset=["asked_at"])


def _source(file: CsvFile) -> Source:
    def seen(name: str) -> tuple[str, ...]:
        known = file.frame[name].dropna().unique() if name in file.header else ()
        return tuple(sorted(map(str, known)))

    at = seen("at")
    return Source(
        "decisions", str(file.path), len(file.lines), file.sha256,
        window=(at[0], at[-1]) if at else (None, None),
        model_versions=seen("model_version"), policy_versions=seen("policy_version"),
    )  # fmt: skip
