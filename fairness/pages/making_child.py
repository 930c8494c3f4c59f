"""The process that makes one report: ``python -m fairness.pages.making_child``, with the job on
standard input. It says how far it is where ``fairness.pages.making`` looks."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

from fairness.errors import AuditError
from fairness.pages.asked import Asked
from fairness.pages.making import Job, note, one_at_a_time

POLITE = 10
"""Niceness: citizens first."""
UNKNOWN = (
    "The report could not be made. What went wrong is written in {log}; tell who runs Fairway."
)


def work(job: Job) -> None:
    """Make the report, and say that it is there or why it is not."""
    folder, shelf = Path(job.folder), Path(job.shelf)
    try:
        with one_at_a_time(shelf):
            note(folder, "reading")
            # The audit's libraries: here, where their memory ends with the process.
            from fairness.pages.make import make_report

            report_id = make_report(
                job.url, shelf, job.asked, job.equality_key, lambda step: note(folder, step)
            )
            note(folder, "done", report_id=report_id)
    except AuditError as error:
        note(folder, "failed", problem=str(error))
    except Exception:
        traceback.print_exc()
        note(folder, "failed", problem=UNKNOWN.format(log=folder / "errors.log"))


def read_job(text: str) -> Job:
    """The job as ``start_child`` wrote it."""
    held = json.loads(text)
    asked = Asked(**{**held["asked"], "groups": tuple(held["asked"]["groups"])})
    return Job(**{**held, "asked": asked})


if __name__ == "__main__":
    os.nice(POLITE)
    work(read_job(sys.stdin.read()))
