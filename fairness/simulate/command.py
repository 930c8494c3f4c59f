"""``fairway simulate``: a synthetic district through the running assistant, then the audit."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fairness.audit import Report, audit
from fairness.decisions_file import read_decisions
from fairness.errors import AuditError
from fairness.harm_weights import read_weights
from fairness.provenance import provenance
from fairness.records import Rules
from fairness.report.as_json import as_json
from fairness.report.write import write_report
from fairness.simulate.district import DISTRICT, Person, draw_people, read_district
from fairness.talk import Told, open_client, talker


@click.command("simulate")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The assistant.")
@click.option("--compare", metavar="URL", help="A second assistant, with another policy or model.")
@click.option(
    "--district", type=click.Path(path_type=Path), default=DISTRICT, help="Another district."
)
@click.option(
    "--people", type=click.IntRange(1), default=200, show_default=True, help="How many to draw."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, same people.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True,
    help="Where the conversations and the reports go.",
)  # fmt: skip
def simulate(
    url: str, compare: str | None, district: Path, people: int, seed: int, out: Path
) -> None:
    """Walk a synthetic district through the running assistant, before real people do.

    People are drawn from the district's stated shares, hold real conversations with the
    assistant, and the audit reports who would be served worse. With --compare the same people
    talk to a second assistant, and its report says what changes. Point it at a test system.

    \b
    Example:
      fairway simulate --url http://127.0.0.1:8000 --people 200 --out simulation
    """
    try:
        data = read_district(district)
        drawn = draw_people(data, people, seed)
        first = _walk(url, data, drawn, out, "decisions.csv", None)
        if compare:
            _walk(compare, data, drawn, out / "compared", "decisions.csv", as_json(first))
    except AuditError as error:
        raise click.ClickException(str(error)) from None


def _walk(
    url: str, district: Mapping[str, Any], people: Sequence[Person], out: Path, name: str,
    earlier: Mapping[str, Any] | None,
) -> Report:  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    with open_client(url) as client:
        talk = talker(client)
        told = []
        for number, person in enumerate(people, 1):
            if number % 20 == 1:
                click.echo(f"Person {number} of {len(people)}, {url}", err=True)
            told.append(talk(person.texts, person.traits["language"]))
    write_decisions(out / name, people, told)
    groups = tuple(district["people"])
    units = read_decisions(out / name, groups, None)
    # Nobody here is real: nobody to protect.
    rules = Rules(threshold=None, depth=2, harm=read_weights())
    command = f"fairway simulate --url {url} --people {len(people)} --out {out}"
    history = provenance(
        units, rules, made_at=datetime.now(UTC), command=command, notes=_stated(district)
    )
    title = f"Before go-live: {district['name']}"
    report = audit(units, rules, history, title=title, synthetic=True, earlier=earlier)
    for path in write_report(report, out):
        click.echo(str(path))
    return report


def write_decisions(path: Path, people: Sequence[Person], told: Sequence[Told]) -> None:
    """One row a conversation, as ``fairway audit --decisions`` reads it."""
    traits = list(people[0].traits)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([
            "conversation_id", *traits, "service", "needed_channel", "asked_channel",
            "route_channel", "policy_version", "turns",
        ])  # fmt: skip
        for person, one in zip(people, told, strict=True):
            writer.writerow([
                one.id, *person.traits.values(), person.service, person.needed_channel,
                person.asked_channel, one.channel, one.policy_version, one.turns,
            ])  # fmt: skip


def _stated(district: Mapping[str, Any]) -> tuple[str, ...]:
    """Every margin the people were drawn from, for the report."""
    lines = [f"Synthetic district {district['name']!r}, version {district['version']}."]
    for name, shares in district["people"].items():
        given = shares.get("given")
        tables = {f" where {given} is {k}": v for k, v in shares.items() if k != "given"}
        for where, table in (tables if given else {"": shares}).items():
            listed = ", ".join(f"{value} {share:.0%}" for value, share in table.items())
            lines.append(f"Stated shares of {name}{where}: {listed}.")
    return tuple(lines)
