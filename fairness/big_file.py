"""Count the distinct rows of a file too big to hold, or of Parquet, where they lie (DuckDB).

What comes back has one row a combination of values and how often it occurs: its size depends
on how many combinations there are, not on how many rows.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd

from fairness.errors import TableWrong

MEMORY = "300MB"
THREADS = 2
_MISSING = "('', 'na', 'n/a', 'nan', 'null')"  # as csv_file.MISSING
_CHUNK = 1 << 20


@contextmanager
def counting(
    path: Path, separator: str, header: Sequence[str], kept: Sequence[str] | None = None
) -> Iterator[Any]:
    """A connection on which the table ``rows`` is the file: every column text, blanks null.

    Where ``kept`` names columns, only they are there, laid out once so that many questions
    can be asked of them without reading the file again.

    Raises TableWrong, without a row, when the file cannot be read as such a table.
    """
    with TemporaryDirectory(prefix="fairway-audit-") as spill:
        settings: dict[str, str | int | float | list[str]] = {
            "threads": THREADS,
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "preserve_insertion_order": False,
        }
        db = duckdb.connect(config=settings)
        try:
            db.execute(f"CREATE VIEW raw AS SELECT * FROM {_source(path, separator, header)}")
            tidy = ", ".join(f"{_tidy(name)} AS {quoted(name)}" for name in header)
            db.execute(f"CREATE VIEW tidy AS SELECT {tidy} FROM raw WHERE NOT ({_blank(header)})")
            db.execute(f"CREATE VIEW rows AS SELECT * FROM {_laid_out(db, spill, kept)}")
            yield db
        except duckdb.Error as error:
            problem = f"it cannot be read ({str(error).strip().splitlines()[0]})"
            raise TableWrong(path, problem, "Save the table again and check its rows") from None
        finally:
            db.close()


def _laid_out(db: Any, folder: str, kept: Sequence[str] | None) -> str:
    if kept is None:
        return "tidy"
    file = _text(f"{folder}/kept.parquet")
    listed = ", ".join(map(quoted, kept))
    db.execute(f"COPY (SELECT {listed} FROM tidy) TO {file} (FORMAT parquet)")
    return f"read_parquet({file})"


def count_rows(
    db: Any, columns: Sequence[str], once: str | None = None
) -> tuple[pd.DataFrame, Any]:
    """The distinct rows of ``columns``, as text or None, and how often each occurs.

    Of the rows that share a value of ``once`` one counts.
    """
    listed = ", ".join(quoted(name) for name in columns)
    of = (
        f"(SELECT DISTINCT ON ({quoted(once)}) * FROM rows WHERE {quoted(once)} IS NOT NULL "
        f"UNION ALL SELECT * FROM rows WHERE {quoted(once)} IS NULL)"
        if once
        else "rows"
    )
    found = db.execute(f"SELECT {listed}, count(*) AS n FROM {of} GROUP BY ALL").fetchdf()
    counts = found.pop(found.columns[-1]).to_numpy("int64")
    found.columns = pd.Index(columns)
    return found.astype(object).where(found.notna(), None), counts


def repeats(db: Any, column: str) -> int:
    """How many rows repeat a value of ``column`` that an earlier one has."""
    name = quoted(column)
    query = f"SELECT count({name}) - count(DISTINCT {name}) FROM rows"
    return int(db.execute(query).fetchone()[0])


def parquet_header(path: Path) -> tuple[str, ...]:
    """The column names of a Parquet file. Raises TableWrong."""
    with duckdb.connect() as db:
        try:
            rows = db.execute(f"DESCRIBE SELECT * FROM {_source(path, '', ())}").fetchall()
        except duckdb.Error:
            raise TableWrong(path, "this is no Parquet file", "Save it again") from None
    return tuple(str(row[0]) for row in rows)


def row_of(path: Path, separator: str, header: Sequence[str], column: str, value: Any) -> int:
    """The first row (the header being 1) whose ``column`` holds ``value`` (None: a blank)."""
    if is_parquet(path):
        return _parquet_row(path, column, value)
    place = list(header).index(column)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, delimiter=separator)
        next(reader)
        for row in reader:
            cell = row[place].strip() if len(row) > place else ""
            blank = cell.casefold() in {"", "na", "n/a", "nan", "null"}
            if (value is None and blank) or cell == value:
                return reader.line_num
    return 1


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def digest(path: Path) -> str:
    """SHA-256 of a file of any size, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def quoted(name: str) -> str:
    """A column's name, or any identifier, safe inside SQL."""
    return '"' + name.replace('"', '""') + '"'


def _source(path: Path, separator: str, header: Sequence[str]) -> str:
    file = "'" + str(path).replace("'", "''") + "'"
    if is_parquet(path):
        return f"read_parquet({file})"
    typed = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in header)
    return (
        f"read_csv({file}, auto_detect=false, header=true, delim={_text(separator)}, "
        f"""quote='"', escape='"', columns={{{typed}}})"""
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _tidy(name: str) -> str:
    text = f"trim(CAST({quoted(name)} AS VARCHAR))"
    return f"CASE WHEN lower({text}) IN {_MISSING} THEN NULL ELSE {text} END"


def _blank(header: Sequence[str]) -> str:
    cells = (f"coalesce(trim(CAST({quoted(name)} AS VARCHAR)), '') = ''" for name in header)
    return " AND ".join(cells)


def _parquet_row(path: Path, column: str, value: Any) -> int:
    tidy = _tidy(column)
    test = f"{tidy} IS NULL" if value is None else f"{tidy} = {_text(str(value))}"
    file = _text(str(path))
    with duckdb.connect() as db:
        query = (
            f"SELECT min(file_row_number) FROM read_parquet({file}, file_row_number=true) "
            f"WHERE {test}"
        )
        found = db.execute(query).fetchone()
    return int(found[0]) + 2 if found and found[0] is not None else 1
