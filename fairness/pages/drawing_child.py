"""The process that answers ``fairness.pages.drawing``: ``python -m fairness.pages.drawing_child``,
with the job on standard input and the answer, as JSON, on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fairness.drill import draw, figure_of, which
from fairness.errors import AuditError, NotToBeOpened
from fairness.pages.asked import day
from fairness.pages.drawing import BEHIND
from fairness.pages.links import links_of
from fairness.pages.making_child import POLITE


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """The answer, or why there is none: ``refused`` or ``problem``."""
    report = json.loads(Path(job["report"]).read_text("utf-8"))
    try:
        if job["what"] == BEHIND:
            return _behind(job, report)
        return {"links": [asdict(link) for link in links_of(report)]}
    except NotToBeOpened as error:
        return {"refused": str(error)}
    except AuditError as error:
        return {"problem": str(error)}


def _behind(job: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    figure = figure_of(report, job["measure"], job["of"] or None, job["group"], job["within"])
    found = draw(job["url"], figure, day(job["since"]), day(job["until"]), job["seed"])
    told = {"title": figure.measure.title, "definition": figure.measure.definition}
    return {**told, "which": which(figure), "found": found.found, "ids": found.ids}


if __name__ == "__main__":
    os.nice(POLITE)
    sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.read()))))
