"""Read a CSV or Parquet file as people really save them, and say exactly what is wrong with it.

Up to SMALL bytes of CSV are read here, row by row; anything else is counted where it lies
(``big_file``), and read here only to find the row of a mistake.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from sys import intern

import numpy as np
import pandas as pd

from fairness.big_file import (
    count_rows,
    counting,
    digest,
    is_parquet,
    parquet_header,
    repeats,
    row_of,
)
from fairness.errors import TableWrong

MISSING = frozenset({"", "na", "n/a", "nan", "null"})
"""What counts as not recorded, whatever the case. ``None`` does not: it can be an answer."""

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


SMALL = 20_000_000


@dataclass(frozen=True)
class CsvFile:
    """The asked-for columns as text, blanks as None.

    ``counts``: how many rows of the file each row of ``frame`` stands for. ``lines`` is each
    row's line in the file; empty where rows were counted together.
    """

    path: Path
    frame: pd.DataFrame
    lines: np.ndarray
    counts: np.ndarray
    header: tuple[str, ...]
    separator: str
    sha256: str
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self.counts.sum())

    def missing(self) -> dict[str, int]:
        """How many rows have no value, for each column that was read."""
        blank = self.frame.isna()
        return {str(c): int(self.counts[blank[c].to_numpy()].sum()) for c in self.frame}

    def line(self, place: int, column: str) -> int:
        """The line in the file of the row at ``place``, or the first with its value."""
        if len(self.lines):
            return int(self.lines[place])
        value = self.frame[column].iloc[place]
        return row_of(self.path, self.separator, self.header, column, value)


def read_columns(
    path: Path, wanted: Iterable[str] | None = None, once: str | None = None
) -> CsvFile:
    """``read_csv`` for what is small, and counted where it lies for what is not.

    Of rows that share a value of the column ``once``, one is kept and the others counted.
    """
    size = _size(path)
    if size > 4 and is_parquet(path):
        return _counted(path, "", parquet_header(path), wanted, once)
    if size <= SMALL or not plain_utf8(path):
        return read_csv(path, wanted, once)
    separator, header = read_header(path)
    try:
        return _counted(path, separator, header, wanted, once)
    except TableWrong as error:
        if error.column is None:
            read_csv(path, wanted, once)  # names the row
        raise


def read_header(path: Path) -> tuple[str, tuple[str, ...]]:
    """The separator and the column names of a UTF-8 file."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        separator = _separator(lines.readline())
        lines.seek(0)
        return separator, _header(path, next(csv.reader(lines, delimiter=separator, strict=True)))


def plain_utf8(path: Path) -> bool:
    """Whether the file begins as UTF-8 text that DuckDB reads as it is."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    try:
        start[:-4].decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in start


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _counted(
    path: Path,
    separator: str,
    header: tuple[str, ...],
    wanted: Iterable[str] | None,
    once: str | None,
) -> CsvFile:
    columns = list(dict.fromkeys(header if wanted is None else wanted))
    _check_columns(path, header, [*columns, *([once] if once else [])])
    with counting(path, separator, header) as db:
        frame, counts = count_rows(db, columns, once)
        repeated = repeats(db, once) if once else 0
    if not len(counts):
        raise TableWrong(path, "there is a header and no rows", "Add the rows to audit")
    none = np.array([], int)
    notes = _repeat_notes(once, repeated)
    return CsvFile(path, frame, none, counts, header, separator, digest(path), notes)


def read_csv(path: Path, wanted: Iterable[str] | None = None, once: str | None = None) -> CsvFile:
    """``path`` with the ``wanted`` columns (None: all of them).

    Takes UTF-8 (with or without a mark at the start), UTF-16 and Windows-1252, and commas,
    semicolons, tabs or bars. Raises TableWrong naming file, row (the line in the file, the
    header being 1), column and remedy.
    """
    raw = _bytes(path)
    text, notes = _decode(path, raw)
    separator = _separator(text)
    if separator != ",":
        notes.append(f"Read as a table separated by {_SEPARATORS[separator]}.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = _header(path, next(reader, []))
        columns = list(dict.fromkeys(header if wanted is None else wanted))
        _check_columns(path, header, [*columns, *([once] if once else [])])
        found = _rows(path, reader, header, columns, once)
        values, lines = found.values, found.lines
    except csv.Error as error:
        raise TableWrong(
            path, f"the quotes do not add up ({error})",
            'Close every " that opens a value, and write a quote inside a value twice',
            row=reader.line_num,
        ) from None  # fmt: skip
    if not lines:
        raise TableWrong(path, "there is a header and no rows", "Add the rows to audit")
    if found.blank:
        notes.append(f"Lines with nothing on them, passed over: {found.blank}.")
    if found.same:
        notes.append(f"Rows that repeat an earlier one in every column, kept: {found.same}.")
    notes += _repeat_notes(once, found.repeated)
    frame = pd.DataFrame({c: pd.Series(v, dtype=object) for c, v in values.items()})
    sha256 = hashlib.sha256(raw).hexdigest()
    places, ones = np.array(lines), np.ones(len(lines), int)
    return CsvFile(path, frame, places, ones, header, separator, sha256, tuple(notes))


def is_missing(value: str) -> bool:
    """Whether ``value`` stands for no value."""
    return value.casefold() in MISSING


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise TableWrong(path, "there is no such file", "Check the path") from None
    except IsADirectoryError:
        raise TableWrong(path, "this is a folder", "Name a CSV file in it") from None
    except OSError as error:
        problem = f"it cannot be opened ({error.strerror})"
        raise TableWrong(path, problem, "Check who may read it") from None
    if not raw.strip():
        raise TableWrong(path, "the file is empty", "Save the table again, with a header line")
    return raw


def _decode(path: Path, raw: bytes) -> tuple[str, list[str]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16"), ["Read as UTF-16."]
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableWrong(path, "this is a workbook, not a CSV file", "Save it as CSV UTF-8")
    if b"\x00" in raw:
        raise TableWrong(path, "this is not a text file", "Save the table as CSV UTF-8")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), ["Not UTF-8: read as Windows-1252."]


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=lambda s: (first.count(s), s == ","))


def _header(path: Path, cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    for place, name in enumerate(names, 1):
        if not name:
            raise TableWrong(path, f"column {place} has no name", "Give every column a name", row=1)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableWrong(
            path, "this name is used for more than one column",
            "Rename one of them, so that it is clear which is meant", row=1, column=twice[0],
        )  # fmt: skip
    return names


def _check_columns(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    for name in columns:
        if name not in header:
            near = get_close_matches(name, header, 1, 0.6) or [
                h for h in header if h.casefold() == name.casefold()
            ]
            meant = f"Did you mean {near[0]!r}? " if near else ""
            raise TableWrong(
                path, "there is no such column",
                f"{meant}The columns are: {', '.join(header)}", column=name,
            )  # fmt: skip


def _repeat_notes(once: str | None, repeated: int) -> tuple[str, ...]:
    return (f"Rows that repeat a value of {once}, left out: {repeated}.",) if repeated else ()


@dataclass
class _Found:
    """What a walk through the rows finds; ``same`` repeat a whole row, ``repeated`` an id."""

    values: dict[str, list[str | None]]
    lines: list[int]
    blank: int = 0
    same: int = 0
    repeated: int = 0


def _rows(
    path: Path,
    reader: Iterable[list[str]],
    header: Sequence[str],
    columns: Sequence[str],
    once: str | None,
) -> _Found:
    places = [(name, header.index(name)) for name in columns]
    key = header.index(once) if once else None
    found = _Found({name: [] for name in columns}, [])
    rows_seen: set[int] = set()
    keys_seen: set[str] = set()
    for row in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            found.blank += 1
            continue
        if len(row) != len(header):
            raise TableWrong(
                path, f"the header has {len(header)} columns and this row has {len(row)}",
                "Look for a separator inside a value, and put that value in quotes", row=line,
            )  # fmt: skip
        if key is not None and not is_missing(row[key].strip()):
            if row[key].strip() in keys_seen:
                found.repeated += 1
                continue
            keys_seen.add(row[key].strip())
        whole = hash(tuple(row))
        found.same += whole in rows_seen
        rows_seen.add(whole)
        found.lines.append(line)
        for name, place in places:
            value = row[place].strip()
            found.values[name].append(None if is_missing(value) else intern(value))
    return found
