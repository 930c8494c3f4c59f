"""``fairway transparency``: the ATRS record and equality evidence, from live settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.files.equality_schemes import load_schemes
from fairness.drift import read_earlier
from fairness.errors import AuditError
from fairness.report.transparency import atrs_record, equality_evidence

FOLDER = Path(__file__).parent / "report"


class Live(Protocol):
    """What the product says of itself; ``channels/cli.py`` hands it in."""

    def about(self) -> Mapping[str, str]:
        """council, url, phone, services, policy, model."""


@click.command("transparency")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="report.json",
    help="The bias report whose findings it names.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True,
    help="Where atrs.json and transparency.html go.",
)  # fmt: skip
@click.pass_obj
def transparency(live: Live, report: Path | None, out: Path) -> None:
    """Write the transparency record (ATRS) and equality evidence, from the running settings.

    What only the council can say is left as a question.

    \b
    Example:
      fairway transparency --report report/report.json --out record
    """
    try:
        document = read_earlier(report) if report else None
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    fields = atrs_record(live.about(), document)
    evidence = equality_evidence(document, _characteristics())
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    synthetic = bool(document and document["synthetic"])
    out.mkdir(parents=True, exist_ok=True)
    record = {
        "made_at": made_at,
        "synthetic": synthetic,
        "fields": [asdict(f) for f in fields],
        "equality_evidence": [asdict(e) for e in evidence],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (out / "atrs.json").write_text(text, "utf-8")
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("transparency.html.j2").render(
        css=(FOLDER / "report.css").read_text("utf-8"), made_at=made_at, fields=fields,
        evidence=evidence, note=" (synthetic data)" if synthetic else "",
    )  # fmt: skip
    (out / "transparency.html").write_text(page, "utf-8")
    click.echo(f"{out / 'atrs.json'}\n{out / 'transparency.html'}")


def _characteristics() -> dict[str, str]:
    questions = (q for scheme in load_schemes().values() for q in scheme.questions)
    return {q.id: q.characteristic for q in questions if q.characteristic}
