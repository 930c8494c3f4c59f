"""tables/*.csv: one file a list of report.json, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

TABLES = ("measures", "comparisons", "omnibus", "summary", "simpson", "harm", "baseline", "drift")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(document: Mapping[str, Any]) -> dict[str, str]:
    """File name → text, for each table of ``as_json``'s document."""
    return {f"{name}.csv": _table(name, document[name]) for name in TABLES}


def guarded(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(column for row in flat for column in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns or [name]])
    for row in flat:
        writer.writerow([guarded(row.get(column, "")) for column in columns])
    return out.getvalue()


def _flat(row: Mapping[str, Any]) -> dict[str, object]:
    """Objects become one column a key (``group.Gender``), lists are joined, null is empty."""
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}": inner for key, inner in value.items()})
        elif isinstance(value, list):
            flat[name] = " + ".join(map(str, value))
        else:
            flat[name] = "" if value is None else value
    return flat
