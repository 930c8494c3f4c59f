"""``fairway counterfactual``: paired messages through the running assistant."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fairness.counterfactual.pairs import PAIRS, read_pairs
from fairness.counterfactual.run import FamilyResult, Tried, results, try_pairs
from fairness.errors import AuditError
from fairness.talk import open_client, talker

FOLDER = Path(__file__).parent
CSS = FOLDER.parent / "report" / "report.css"


@click.command("counterfactual")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The assistant.")
@click.option(
    "--pairs", type=click.Path(path_type=Path), default=PAIRS, help="Another file of pairs."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True,
    help="Where counterfactual.html and counterfactual.json go.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), help="Only so many pairs of each family.")
def counterfactual(url: str, pairs: Path, out: Path, limit: int | None) -> None:
    """Would someone else have been sent elsewhere?

    Sends pairs of messages that differ in one thing only (a name, a dialect, a misspelling …)
    to the running assistant and counts how often the decision turns. It holds real
    conversations: point it at a test system.

    \b
    Example:
      fairway counterfactual --url http://127.0.0.1:8000 --out counterfactual
    """
    try:
        with open_client(url) as client:
            chosen = _first(read_pairs(pairs), limit)
            tried = try_pairs(chosen, talker(client), lambda step: click.echo(step, err=True))
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    found = results(tried)
    _write(out, url, tried, found)
    for result in found:
        click.echo(
            f"{result.family:<20} {result.flips:>3} of {result.pairs:<3} sent elsewhere  "
            f"p {result.p_adjusted:.3f}  {result.answers_changed:>3} answered otherwise  "
            f"p {result.p_answer_adjusted:.3f}  {result.verdict}"
        )
    click.echo(str(out / "counterfactual.html"))


def _first(pairs: tuple, limit: int | None) -> list:  # type: ignore[type-arg]
    seen: dict[str, int] = {}
    kept = []
    for pair in pairs:
        seen[pair.family] = seen.get(pair.family, 0) + 1
        if limit is None or seen[pair.family] <= limit:
            kept.append(pair)
    return kept


def _write(out: Path, url: str, tried: tuple[Tried, ...], found: tuple[FamilyResult, ...]) -> None:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    out.mkdir(parents=True, exist_ok=True)
    document = {
        "synthetic": True,
        "made_at": made_at,
        "url": url,
        "results": [asdict(r) for r in found],
        "pairs": [asdict(t) for t in tried],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (out / "counterfactual.json").write_text(text, "utf-8")
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("report.html.j2").render(
        css=CSS.read_text("utf-8"), url=url, made_at=made_at, pairs=len(tried), results=found,
        policy=next((t.a.policy_version for t in tried if t.a.policy_version), ""),
        odd=[t for t in tried if t.channel_changed != (t.pair.expect == "change")],
        otherwise=[t for t in tried if t.pair.expect == "same" and t.answer_changed],
    )  # fmt: skip
    (out / "counterfactual.html").write_text(page, "utf-8")
