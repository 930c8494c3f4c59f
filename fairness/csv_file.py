"""Read a CSV file as people really save them, and say exactly what is wrong with it."""

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

from fairness.errors import TableWrong

MISSING = frozenset({"", "na", "n/a", "nan", "null"})
"""What counts as not recorded, whatever the case. ``None`` does not: it can be an answer."""

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class CsvFile:
    """The asked-for columns as text, blanks as None. ``lines`` is each row's line in the file."""

    path: Path
    frame: pd.DataFrame
    lines: np.ndarray
    header: tuple[str, ...]
    sha256: str
    notes: tuple[str, ...]

    def missing(self) -> dict[str, int]:
        """How many rows have no value, for each column that was read."""
        return {str(c): int(n) for c, n in self.frame.isna().sum().items()}


def read_csv(path: Path, wanted: Iterable[str] | None = None) -> CsvFile:
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
        _check_columns(path, header, columns)
        values, lines, blank = _rows(path, reader, header, columns)
    except csv.Error as error:
        raise TableWrong(
            path, f"the quotes do not add up ({error})",
            'Close every " that opens a value, and write a quote inside a value twice',
            row=reader.line_num,
        ) from None  # fmt: skip
    if not lines:
        raise TableWrong(path, "there is a header and no rows", "Add the rows to audit")
    if blank:
        notes.append(f"Lines with nothing on them, passed over: {blank}.")
    frame = pd.DataFrame({c: pd.Series(v, dtype=object) for c, v in values.items()})
    digest = hashlib.sha256(raw).hexdigest()
    return CsvFile(path, frame, np.array(lines), header, digest, tuple(notes))


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


def _rows(
    path: Path, reader: Iterable[list[str]], header: Sequence[str], columns: Sequence[str]
) -> tuple[dict[str, list[str | None]], list[int], int]:
    places = [(name, header.index(name)) for name in columns]
    values: dict[str, list[str | None]] = {name: [] for name in columns}
    lines: list[int] = []
    blank = 0
    for row in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            blank += 1
            continue
        if len(row) != len(header):
            raise TableWrong(
                path, f"the header has {len(header)} columns and this row has {len(row)}",
                "Look for a separator inside a value, and put that value in quotes", row=line,
            )  # fmt: skip
        lines.append(line)
        for name, place in places:
            value = row[place].strip()
            values[name].append(None if is_missing(value) else intern(value))
    return values, lines, blank
