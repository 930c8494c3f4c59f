"""``python -m fairness audit``: the same command ``fairway audit`` mounts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from fairness.areas import read_areas
from fairness.audit import Progress, audit
from fairness.cli_text import terminal_lines
from fairness.config_file import read_config
from fairness.database import read_database
from fairness.decisions_file import read_decisions
from fairness.drift import read_earlier
from fairness.errors import AuditError
from fairness.harm_weights import WEIGHTS, read_weights
from fairness.provenance import provenance
from fairness.records import Rules, Units
from fairness.report.write import write_report
from fairness.tables import TableColumns, read_table


class Names(click.ParamType[tuple[str, ...]]):
    """``A,B``: names with commas between, each once."""

    name = "A[,B…]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Raises click's error when nothing is named, or something twice."""
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip() for part in str(value).split(",") if part.strip())
        if not names:
            self.fail("name at least one", param, ctx)
        if len(set(names)) < len(names):
            self.fail(f"{value!r} names something twice", param, ctx)
        return names


class Pair(click.ParamType[tuple[str, str]]):
    """``COL=VALUE``."""

    name = "COL=VALUE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Raises click's error without an equals sign."""
        if isinstance(value, tuple):
            return value
        column, equals, wanted = str(value).partition("=")
        if not equals or not column.strip() or not wanted.strip():
            self.fail(f"write it as COL=VALUE, not {value!r}", param, ctx)
        return column.strip(), wanted.strip()


@click.command(
    "audit",
    epilog="Exit status: 0 report written, 1 the data cannot be audited, 2 wrong options, "
    "3 the gate is shut.",
)
@click.option("--db", metavar="URL", help="Fairway's database, e.g. sqlite:///var/fairway.db.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Turn records as CSV or Parquet: one row a conversation or a turn.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Any table, CSV or Parquet; needs --outcome and --positive.",
)
@click.option(
    "--groups",
    type=Names(),
    required=True,
    metavar="COL[,COL…]",
    help="Columns whose groups are compared, alone and crossed. "
    "With --db: language, medium, service, imd_decile, or a question of the equality schemes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Where report.html, report.pdf, report.json and tables/*.csv go.",
)
@click.option("--outcome", metavar="COL", help="[--table] The column that says what was decided.")
@click.option(
    "--positive",
    type=Names(),
    metavar="VALUE[,VALUE…]",
    help="[--table] Values of --outcome that count as selected (the good outcome).",
)
@click.option("--truth", metavar="COL", help="[--table] What should have been decided.")
@click.option(
    "--truth-positive",
    type=Names(),
    metavar="VALUE[,VALUE…]",
    help="[--table] Values of --truth that count as true.",
)
@click.option("--weight", metavar="COL", help="[--table] How many each row stands for.")
@click.option("--within", metavar="COL", help="Also compare inside each value of this column.")
@click.option(
    "--reference",
    type=Pair(),
    multiple=True,
    metavar="COL=VALUE",
    help="Compare with this group, not the largest. Once a column.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="[--db] Conversations that began on this day or later (UTC).",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="[--db] Conversations that began before this day (UTC).",
)
@click.option(
    "--disclosure",
    type=click.Choice(["auto", "on", "off"]),
    default="auto",
    show_default=True,
    help="Hide small groups. auto: on for conversations, off for --table.",
)
@click.option(
    "--threshold",
    type=click.IntRange(2),
    default=10,
    show_default=True,
    help="Groups smaller than this are hidden when disclosure control is on.",
)
@click.option(
    "--minimum",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Groups smaller than this are shown but not judged.",
)
@click.option(
    "--depth",
    type=click.IntRange(1, 3),
    default=3,
    show_default=True,
    help="How many columns are crossed with one another.",
)
@click.option("--synthetic", is_flag=True, help="The data is made up: say so all over the report.")
@click.option("--title", default="Bias report", show_default=True, help="The report's heading.")
@click.option("--cluster", metavar="COL", help="[--table] Rows alike in COL belong together.")
@click.option("--id", "id_column", metavar="COL", help="[--table] Of rows alike in COL, count one.")
@click.option(
    "--resamples",
    type=click.IntRange(0, 100_000),
    default=2000,
    show_default=True,
    help="Bootstrap resamples, drawn on counts; 0: none.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="report.json",
    help="An earlier report: say what has changed since.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE.yml",
    is_eager=True,
    expose_value=False,
    callback=read_config,
    help="Options from a file, by name (positive: [yes]); those given here win.",
)
@click.option(
    "--harm-weights", type=click.Path(path_type=Path), metavar="FILE.yml", default=WEIGHTS,
    help="The council's published weights of harms; fairness/harm_weights.yml unless said.",
)  # fmt: skip
@click.option(
    "--areas", type=click.Path(path_type=Path), metavar="FILE.csv",
    help="[--db] Measures of areas, by a column lsoa, as further groups.",
)  # fmt: skip
@click.option("--gate", is_flag=True, help="Exit with status 3 on evidence of disparity.")
@click.option("--quiet", is_flag=True, help="Write the files and print only where they are.")
@click.pass_context
def audit_command(
    context: click.Context,
    db: str | None, decisions: Path | None, table: Path | None, groups: tuple[str, ...], out: Path,
    outcome: str | None, positive: tuple[str, ...] | None, truth: str | None,
    truth_positive: tuple[str, ...] | None, weight: str | None, within: str | None,
    reference: Sequence[tuple[str, str]], since: datetime | None, until: datetime | None,
    disclosure: str, threshold: int, minimum: int, depth: int,
    synthetic: bool, title: str, quiet: bool, cluster: str | None, id_column: str | None,
    resamples: int, previous: Path | None, gate: bool, harm_weights: Path,
    areas: Path | None,
) -> None:  # fmt: skip
    """Report who may be served worse, and how sure that is.

    Give one of --db, --decisions and --table. Writes report.html and report.pdf to read,
    report.json for other programs (its schema is fairness/report/schema.json) and
    tables/*.csv for spreadsheets into --out, and prints the figures.

    \b
    Examples:
      fairway audit --db sqlite:///var/fairway.db --groups language,medium --out report
      fairway audit --table ucb.csv --outcome Admit --positive Admitted \\
          --weight Freq --groups Gender --within Dept --out report
    """
    say = _progress(quiet)
    references = dict(reference)
    columns = _table_columns(
        table, outcome, positive, truth, truth_positive, weight, within, groups, cluster, id_column
    )
    _one_source(db, decisions, table)
    _only_for("--db", db, since=since, until=until, areas=areas)
    if within in groups:
        raise click.UsageError(f"--within {within}: the same column is in --groups. Take one out.")
    hide = disclosure == "on" or (disclosure == "auto" and table is None)
    try:
        weights = read_weights(harm_weights)
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    rules = Rules(
        minimum=minimum, harm=weights, depth=depth, threshold=threshold if hide else None,
        references=references, resamples=resamples,
    )  # fmt: skip
    try:
        earlier = read_earlier(previous) if previous else None
        say(f"Reading {table or decisions or _masked(db)}")
        key = context.obj.equality_key() if db and context.obj else ""
        units = _read(db, decisions, table, columns, groups, within, since, until, key, areas)
        made_at = datetime.now(UTC)
        history = provenance(units, rules, made_at=made_at, command=_command(context))
        report = audit(
            units, rules, history, title=title, synthetic=synthetic, earlier=earlier, progress=say
        )
        say(f"Writing {out}")
        written = write_report(report, out)
    except (AuditError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if not quiet:
        click.echo("\n".join(terminal_lines(report)) + "\n")
    click.echo("\n".join(str(path) for path in written))
    verdicts = {c.verdict for c in report.comparisons} | {s.verdict for s in report.harm}
    if gate and "evidence_of_disparity" in verdicts:
        click.echo("The gate is shut: there is evidence of disparity.", err=True)
        context.exit(3)


@click.group()
def fairness() -> None:
    """Fairway's bias audit."""


fairness.add_command(audit_command)


def _read(
    db: str | None, decisions: Path | None, table: Path | None, columns: TableColumns | None,
    groups: tuple[str, ...], within: str | None, since: datetime | None, until: datetime | None,
    equality_key: str, areas: Path | None,
) -> Units:  # fmt: skip
    if table is not None and columns is not None:
        return read_table(table, columns)
    if decisions is not None:
        return read_decisions(decisions, groups, within)
    first, last = (moment.date() if moment else None for moment in (since, until))
    return read_database(
        db or "", groups, within, since=first, until=last, equality_key=equality_key,
        areas=read_areas(areas),
    )  # fmt: skip


def _table_columns(
    table: Path | None, outcome: str | None, positive: tuple[str, ...] | None, truth: str | None,
    truth_positive: tuple[str, ...] | None, weight: str | None, within: str | None,
    groups: tuple[str, ...], cluster: str | None, id_column: str | None,
) -> TableColumns | None:  # fmt: skip
    if table is None:
        _only_for(
            "--table", table, outcome=outcome, positive=positive, truth=truth,
            truth_positive=truth_positive, weight=weight, cluster=cluster, id=id_column,
        )  # fmt: skip
        return None
    if not outcome or not (positive or truth):
        raise click.UsageError(
            "--table needs --outcome COL and --positive VALUE. Only with --truth COL may "
            "--positive be left out: then every value is a class of its own."
        )
    if positive and bool(truth) != bool(truth_positive):
        raise click.UsageError("--truth COL and --truth-positive VALUE go together.")
    if truth_positive and not positive:
        raise click.UsageError("--truth-positive VALUE goes with --positive VALUE.")
    return TableColumns(
        outcome, positive or (), groups, truth, truth_positive or (), weight, within,
        cluster, id_column,
    )  # fmt: skip


def _one_source(db: str | None, decisions: Path | None, table: Path | None) -> None:
    if sum(source is not None for source in (db, decisions, table)) != 1:
        raise click.UsageError("Give one of --db, --decisions and --table.")


def _only_for(option: str, given: object, **others: object) -> None:
    for name, value in others.items():
        if value and given is None:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with {option}.")


def _progress(quiet: bool) -> Progress:
    """Say each step on the error stream, so that long ones never look stuck."""

    def say(step: str) -> None:
        if not quiet:
            click.echo(f"{step} …", err=True)

    return say


def _command(context: click.Context) -> str:
    """The command that makes this report again: every option that was set, passwords masked."""
    words = ["fairway", "audit"]
    for option in context.command.params:
        value = context.params.get(option.name or "")
        if value in (None, (), False) or value == option.default or option.name == "quiet":
            continue
        words += _as_given(option, value)
    return shlex.join(words)


def _as_given(option: click.Parameter, value: object) -> list[str]:
    flag = option.opts[0]
    if value is True:
        return [flag]
    if option.name == "db":
        return [flag, _masked(str(value))]
    if option.name == "reference" and isinstance(value, tuple):
        return [word for pair in value for word in (flag, "=".join(pair))]
    if isinstance(value, datetime):
        return [flag, value.date().isoformat()]
    return [flag, ",".join(value) if isinstance(value, tuple) else str(value)]


def _masked(url: str | None) -> str:
    try:
        return make_url(url or "").render_as_string(hide_password=True)
    except ArgumentError:
        return "the database"


if __name__ == "__main__":
    fairness(prog_name="python -m fairness")
