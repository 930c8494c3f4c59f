"""Every error the audit raises on purpose.

AuditError
├── TableWrong          a file cannot be read as a table; names the file, row, column and remedy
├── NothingToAudit      there are no rows or conversations in the window
├── DatabaseUnreadable  the database is missing, locked or is not Fairway's
├── ReferenceUnknown    --reference names a column or value that is not in the data
├── ReportUnknown       no report has this name
├── NotToBeOpened       what lies behind a figure is not for reading; says why
├── NotLookedUp         the process that looks behind a figure gave no answer
├── ContactsSealed      contact details cannot be opened, so they cannot be taken out of words
└── EnginesDisagree     fairlearn and our own counts differ: a fault in Fairway, never in the data
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import FairwayError


class AuditError(FairwayError):
    """The audit could not be made."""


class TableWrong(AuditError):
    """The table cannot be read."""

    def __init__(
        self,
        path: Path | str,
        problem: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.path, self.row, self.column = Path(path), row, column
        self.problem, self.remedy = problem, remedy
        where = str(path)
        where += f", row {row}" if row is not None else ""
        where += f", column {column!r}" if column is not None else ""
        super().__init__(f"{where}: {problem}. {remedy}")


class NothingToAudit(AuditError):
    """There is nothing to audit yet. Hold some conversations first, or widen the dates."""


class DatabaseUnreadable(AuditError):
    """The database cannot be read. Check its address and that Fairway has been started once."""


class ReferenceUnknown(AuditError):
    """The reference group is not in the data. Check --reference."""


class ReportUnknown(AuditError):
    """There is no such report. Go back to the list of reports."""


class NotToBeOpened(AuditError):
    """The conversations behind this figure cannot be opened. Choose another on the report."""


class NotLookedUp(AuditError):
    """What lies behind this report could not be looked up just now. Please try again."""


class ContactsSealed(AuditError):
    """Citizens' contact details are sealed and cannot be opened here, so their words are not shown:
    a name in them could not be taken out. Look in the running product."""


class EnginesDisagree(AuditError):
    """Fairlearn and our own counts give different figures. Please report this as a fault."""
