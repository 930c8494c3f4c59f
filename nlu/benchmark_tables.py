"""The tables of a benchmark: CSV with the columns ``text`` and ``label``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadFile

OUT_OF_SCOPE = "oos"
"""The label of what belongs to none of the trained labels, unless another is named."""
REMEDY = "Write a header text,label and one message a row."


@dataclass(frozen=True)
class Table:
    """Messages and their labels; ``in_scope`` are the places of those that count for accuracy."""

    texts: list[str]
    labels: list[str]
    in_scope: list[int]

    def as_json(self) -> dict[str, list[str]]:
        """For another process."""
        return {"texts": self.texts, "labels": self.labels}


def read_tables(train: Path, test: Path, oos: str | None) -> tuple[Table, Table]:
    """The training and the test table.

    ``oos``: None; or the label that out-of-scope rows have; or a CSV file of such rows. They
    are taken out of training, and in the test count for out-of-scope recall only. Raises
    BadFile naming the row that is wrong.
    """
    label, more = OUT_OF_SCOPE, None
    if oos is not None:
        label, more = (OUT_OF_SCOPE, Path(oos)) if Path(oos).is_file() else (oos, None)
    learned = [row for row in read_table(train) if oos is None or row[1] != label]
    if len({name for _, name in learned}) < 2:
        raise BadFile(train, None, "there are fewer than two labels to learn", REMEDY)
    asked = list(read_table(test))
    if more:
        asked += [(text, label) for text, _ in read_table(more)]
    inside = [i for i, row in enumerate(asked) if oos is None or row[1] != label]
    if not inside:
        raise BadFile(test, None, "there is nothing in scope to test on", REMEDY)
    return _table(learned, range(len(learned))), _table(asked, inside)


def read_table(path: Path) -> Iterator[tuple[str, str]]:
    """Each row's text and label. Raises BadFile naming the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"text", "label"} <= set(rows.fieldnames or ()):
                raise BadFile(path, 1, "the columns text and label are not there", REMEDY)
            for row in rows:
                text, label = (row["text"] or "").strip(), (row["label"] or "").strip()
                if not text or not label:
                    raise BadFile(path, rows.line_num, "a row without text or label", REMEDY)
                yield text, label
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(path, None, f"cannot be read: {error}", REMEDY) from error


def _table(rows: list[tuple[str, str]], inside: range | list[int]) -> Table:
    return Table([text for text, _ in rows], [label for _, label in rows], list(inside))
