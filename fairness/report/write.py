"""Write a report's files: report.html, report.cy.html, report.pdf, report.json, tables/*.csv."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairness.audit import Report
from fairness.report.as_csv import as_csv
from fairness.report.as_html import as_html
from fairness.report.as_json import as_json
from fairness.report.as_pdf import as_pdf
from fairness.report.as_welsh import as_welsh


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write into ``folder``, made if need be; each file appears whole or not at all.

    Returns the paths written. Raises OSError where the folder cannot be written to.
    """
    document = as_json(report)
    files: dict[str, str | bytes] = {
        "report.html": as_html(report, document),
        "report.cy.html": as_welsh(report, document),
        "report.pdf": as_pdf(report, document),
        **{f"tables/{name}": text for name, text in as_csv(document).items()},
        # Last, so that whoever sees it can count on the others.
        "report.json": as_text(document),
    }
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    return tuple(_put(folder / name, text) for name, text in files.items())


def as_text(document: Mapping[str, Any]) -> str:
    """``document`` as JSON, a line for each entry of its lists: quick to write, easy to read."""
    parts = [f"{_json(name)}: {_lines(value)}" for name, value in document.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(map(_json, value)) + "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _put(path: Path, content: str | bytes) -> Path:
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(unfinished, path)
    return path
